"""What an expectation can say of what is there: exactly, at least, at most, between; in all, or word by word."""

import collections
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from ...timeline import durations
from ..text.mistakes import Mistake, nearest_word, unknown
from ..text.nodes import Listed, Mapped, Node, Plain
from ..vocabulary.kinds import CENTS, COLUMN, COUNT, DURATION, Kind, Ref, Schema, Text, items_of, text_like
from ..vocabulary.name_kinds import LookedUpName

T = TypeVar("T")


def money(cents: int) -> str:
    """As a script writes it."""
    sign, (units, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}{units}.{rest:02}"


@attrs.frozen
class Range:
    """From `least` to `most`, both included; None for no bound."""

    text: str
    least: Any = None
    most: Any = None

    def __contains__(self, value: Any) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return self.text


_SAYS = ("at least", "at most", "more than", "less than")
_SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "", "==": ""}
_WORDS = re.compile(rf"({'|'.join(_SAYS)})\s+(.+)")
_BETWEEN = re.compile(r"(.+?)\s+to\s+(.+)")
_SOMETHING_LIKE_IT = re.compile(r"([^\d\s][^\d]*?)\s*(-?\d.*)")


@attrs.frozen
class Comparison(Kind):
    """`2`, `at least 2`, `at most 2`, `more than 2`, `less than 2` or `2 to 4`.

    Args:
        unit: What is compared.
        step: The smallest difference, for `more than` and `less than`.
        shown: How what was found is written.
        least: Nothing is less than this.
    """

    unit: Text
    step: Any
    shown: Callable[[Any], str] = str
    least: Any = None

    @property
    def title(self) -> str:
        return f"expected {self.unit.title}"

    def read(self, node: Node) -> Range:
        if not isinstance(node, Plain):
            return self.unit.read(node)  # type: ignore[no-any-return]  # it says what should be here
        text = node.text.strip()
        if words := _WORDS.fullmatch(text):
            return self._bounded(text, words[1], self._one(words[2], node), node)
        if between := _BETWEEN.fullmatch(text):
            least, most = self._one(between[1], node), self._one(between[2], node)
            if least > most:
                raise Mistake(f"nothing is {text}; write {between[2]} to {between[1]}", node.place)
            return Range(text, least, most)
        self._refuse_what_is_like_it(text, node)
        value = self._one(text, node)
        return Range(text, value, value)

    def _bounded(self, text: str, words: str, value: Any, node: Plain) -> Range:
        match words:
            case "at least":
                if self.least is not None and value <= self.least:
                    raise Mistake(f"everything is {text}, so that this says nothing; is it more than that?", node.place)
                return Range(text, least=value)
            case "more than":
                return Range(text, least=value + self.step)
            case "less than":
                value -= self.step
        if self.least is not None and value < self.least:
            raise Mistake(f"nothing is {text}", node.place)
        return Range(text, most=value)

    def _refuse_what_is_like_it(self, text: str, node: Plain) -> None:
        """Words that are nearly those of a comparison."""
        if unfinished := re.fullmatch(r"(.+?)\s+to", text):
            raise Mistake(f"{text!r} says not up to what; or is it at least {unfinished[1]}?", node.place)
        if like := _SOMETHING_LIKE_IT.fullmatch(text):
            words = _SIGNS.get(like[1], nearest_word(like[1], _SAYS))
            if words is not None:
                raise Mistake(f"{text!r} compares nothing; did you mean '{f'{words} {like[2]}'.strip()}'?", node.place)

    def _one(self, text: str, node: Plain) -> Any:
        return self.unit.read(Plain(text, node.place))

    def schema(self, ref: Ref) -> Schema:
        one = self.unit.pattern
        example = self.unit.examples[0]
        return {
            "description": "Exactly, `at least`, `at most`, `more than`, `less than`, or from one `to` another.",
            "examples": [example, f"at least {example}", f"{example} to {example}"],
            **text_like(f"(({'|'.join(_SAYS)}) +)?({one})|({one}) *to +({one})", self.unit.numbers),
        }

    def difference(self, expected: Range, found: Any) -> str | None:
        """What was found instead; None where it is as expected."""
        return None if found in expected else self.shown(found)


def tally_of(node: Node, each: Comparison, what: str, word: Callable[[Plain], str]) -> Range | dict[str, Range]:
    if isinstance(node, Listed):
        raise Mistake(f"here should be a number, or one for each {what}, not a list", node.place)
    if not isinstance(node, Mapped):
        return each.read(node)
    if not node.items:
        raise Mistake(f"here should be a number for a {what}, and there is nothing", node.place)
    read: dict[str, Range] = {}
    for name, value in node:
        if (key := word(name)) in read:
            raise Mistake(f"{name.text!r} is here twice, in two spellings", name.place)
        read[key] = each.read(value)
    return read


@attrs.frozen
class Tally(Kind):
    """How many there are in all, or of each word: `2`, or `{settled: 2, failed: 0}`.

    Args:
        each: What is said of a number.
        what: What kind of word it is.
        words: Those there can be; None for any.
        names: The words are names, given in the script itself.
    """

    each: Comparison
    what: str
    words: tuple[str, ...] | None = None
    names: Text | None = None

    @property
    def title(self) -> str:
        return f"expected {self.each.unit.title} by {self.what}"

    def read(self, node: Node) -> Range | dict[str, Range]:
        return tally_of(node, self.each, self.what, self._word)

    def _word(self, name: Plain) -> str:
        if self.words is not None and name.text not in self.words:
            raise Mistake(unknown(name.text, self.what, self.words), name.place)
        return name.text

    def schema(self, ref: Ref) -> Schema:
        each = ref(self.each)
        by_word: Schema = {"type": "object", "minProperties": 1, "additionalProperties": each}
        if self.words is not None:
            by_word |= {"properties": dict.fromkeys(self.words, each), "additionalProperties": False}
            by_word["patternProperties"] = {COLUMN: each}
        return {"anyOf": [each, by_word]}

    def difference(self, expected: "Range | Mapping[str, Range]", found: Any) -> str | None:
        if isinstance(expected, Range):
            in_all = sum(found.values())
            return None if in_all in expected else f"{self.each.shown(in_all)}{self._apart(found)}"
        wrong = {word: found.get(word, 0) for word, range_ in expected.items() if found.get(word, 0) not in range_}
        return self._listed({**found, **wrong}) if wrong else None

    def _apart(self, found: Mapping[str, Any]) -> str:
        return f" ({self._listed(found)})" if len(found) > 1 else ""

    def _listed(self, found: Mapping[str, Any]) -> str:
        return ", ".join(f"{word}: {self.each.shown(number)}" for word, number in found.items()) or "none"


@attrs.frozen
class Same(Kind):
    """It is, or it is not."""

    kind: Kind
    shown: Callable[[Any], str] = str

    @property
    def title(self) -> str:
        return f"expected {self.kind.title}"

    def read(self, node: Node) -> Any:
        return self.kind.read(node)

    def schema(self, ref: Ref) -> Schema:
        return ref(self.kind)

    def difference(self, expected: Any, found: Any) -> str | None:
        return None if found == expected else self.shown(found)


# A thing's name, whose it is, and how much it holds.
Holding = tuple[str, str, int]


@attrs.frozen
class Holdings(Tally):
    """How much there is in all, or of the one thing with a name. Two of one name are not told apart, and said to be."""

    def difference(self, expected: "Range | Mapping[str, Range]", found: Any) -> str | None:
        if isinstance(expected, Range):
            in_all = sum(cents for _, _, cents in found)
            return None if in_all in expected else f"{self.each.shown(in_all)}{self._each_apart(found)}"
        shared = [self._shared(name, found) for name in expected if sum(name == each[0] for each in found) > 1]
        if shared:
            return "; ".join(shared)
        by_name = collections.Counter({name: cents for name, _, cents in found})
        return super().difference(expected, by_name)

    def _shared(self, name: str, found: Sequence[Holding]) -> str:
        *first, last = [f"{whose}'s with {self.each.shown(cents)}" for each, whose, cents in found if each == name]
        return (
            f"{len(first) + 1} {self.what}s have the name {name!r}, {', '.join(first)} and {last}; "
            "look at one user with `of`, or name them apart"
        )

    def _each_apart(self, found: Sequence[Holding]) -> str:
        each = ", ".join(f"{name} of {whose}: {self.each.shown(cents)}" for name, whose, cents in found)
        return f" ({each})" if len(found) > 1 else ""


@attrs.frozen
class SameForEach(Same):
    """It is so for each user, or for none.

    Args:
        nobody: What there is where there is no user at all.
    """

    nobody: str = attrs.field(kw_only=True)

    def difference(self, expected: Any, found: Mapping[str, Any]) -> str | None:
        if not found:
            return self.nobody
        if all(value == expected for value in found.values()):
            return None
        if len(found) == 1:
            return self.shown(*found.values())
        return ", ".join(f"{whose}: {self.shown(value)}" for whose, value in found.items())


@attrs.frozen
class Agreement(Same):
    """Whether nothing disagrees; what does is said."""

    def difference(self, expected: bool, found: Sequence[str]) -> str | None:
        if expected:
            return "; ".join(found) or None
        return None if found else self.shown(True)


_TEXT = Text("a text that is there")


@attrs.frozen
class InOrder(Kind):
    """Texts that come in this order, others between them.

    Args:
        names: They are names that something has got.
    """

    names: LookedUpName | None = None

    @property
    def title(self) -> str:
        return "texts in order"

    def read(self, node: Node) -> tuple[str, ...]:
        return tuple(_TEXT.read(item) for item in items_of(node))

    def schema(self, ref: Ref) -> Schema:
        return {"anyOf": [ref(_TEXT), {"type": "array", "minItems": 1, "items": ref(_TEXT)}]}

    def difference(self, expected: tuple[str, ...], found: list[str]) -> str | None:
        rest = iter(found)
        for n, text in enumerate(expected):
            if text not in rest:
                after = f" after {expected[n - 1]!r}" if n else ""
                there = ", ".join(dict.fromkeys(found)) or "nothing"
                return f"no {text!r}{after}; there was: {there}"
        return None


@attrs.frozen
class Among(InOrder):
    """Texts that are, in full or as a part, in some of those found."""

    @property
    def title(self) -> str:
        return "texts among others"

    def difference(self, expected: tuple[str, ...], found: list[str]) -> str | None:
        missing = [text for text in expected if not any(text in each for each in found)]
        return f"no {missing[0]!r}; there was: {' | '.join(found) or 'nothing'}" if missing else None


NUMBER = Comparison(COUNT, 1, least=0)
AMOUNT = Comparison(CENTS, 1, money)
TIME = Comparison(DURATION, timedelta(microseconds=1), durations.shown, least=timedelta())


def tally(what: str, *words: str) -> Tally:
    return Tally(NUMBER, what, words)


def tally_by_name(what: str, names: Text) -> Tally:
    return Tally(NUMBER, what, names=names)

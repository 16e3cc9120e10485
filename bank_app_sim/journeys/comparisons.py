"""What an expectation can say of what is there: exactly, at least, at most, between; in all, or word by word."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from .. import durations
from .kinds import CENTS, COLUMN, COUNT, DURATION, Kind, Ref, Schema, Text, choice, items_of, text_like
from .mistakes import Mistake, nearest_word, unknown
from .nodes import Listed, Mapped, Node, Plain

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


@attrs.frozen
class Tally(Kind):
    """How many there are in all, or of each word: `2`, or `{settled: 2, failed: 0}`.

    Args:
        each: What is said of a number.
        what: What kind of word it is.
        words: Those there can be; None for any.
    """

    each: Comparison
    what: str
    words: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        return f"expected {self.each.unit.title} by {self.what}"

    def read(self, node: Node) -> Range | dict[str, Range]:
        if isinstance(node, Mapped) and node.items:
            return {self._word(name): self.each.read(value) for name, value in node}
        if isinstance(node, Mapped):
            raise Mistake(f"here should be a number for a {self.what}, and there is nothing", node.place)
        if isinstance(node, Listed):
            raise Mistake(f"here should be a number, or one for each {self.what}, not a list", node.place)
        return self.each.read(node)

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

    def difference(self, expected: "Range | Mapping[str, Range]", found: Mapping[str, Any]) -> str | None:
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


_TEXT = Text("a text that is there")


@attrs.frozen
class InOrder(Kind):
    """Texts that come in this order, others between them."""

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


Difference = Comparison | Tally | Same | InOrder | Among

NUMBER = Comparison(COUNT, 1, least=0)
AMOUNT = Comparison(CENTS, 1, money)
TIME = Comparison(DURATION, timedelta(microseconds=1), durations.shown, least=timedelta())


def tally(what: str, *words: str) -> Tally:
    return Tally(NUMBER, what, words or None)


def tally_of_money(what: str) -> Tally:
    return Tally(AMOUNT, what)


def word(what: str, *words: str) -> Same:
    return Same(choice(what, *words))

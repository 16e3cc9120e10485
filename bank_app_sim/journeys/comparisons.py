"""What an expectation can say of what is there: exactly, at least, at most, between; in all, or word by word."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from .. import durations
from .kinds import CENTS, COUNT, DURATION, Kind, Schema, Text, choice
from .mistakes import Mistake, unknown
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


_WORDS = re.compile(r"(at least|at most|more than|less than)\s+(.+)")
_BETWEEN = re.compile(r"(.+?)\s+to\s+(.+)")


@attrs.frozen
class Comparison(Kind):
    """`2`, `at least 2`, `at most 2`, `more than 2`, `less than 2` or `2 to 4`.

    Args:
        unit: What is compared.
        step: The smallest difference, for `more than` and `less than`.
        shown: How what was found is written.
    """

    unit: Text
    step: Any
    shown: Callable[[Any], str] = str

    def read(self, node: Node) -> Range:
        if not isinstance(node, Plain):
            return self.unit.read(node)  # type: ignore[no-any-return]  # it says what should be here
        text = node.text.strip()
        if words := _WORDS.fullmatch(text):
            value = self._one(words[2], node)
            match words[1]:
                case "at least":
                    return Range(text, least=value)
                case "at most":
                    return Range(text, most=value)
                case "more than":
                    return Range(text, least=value + self.step)
                case _:
                    return Range(text, most=value - self.step)
        if between := _BETWEEN.fullmatch(text):
            return Range(text, self._one(between[1], node), self._one(between[2], node))
        value = self._one(text, node)
        return Range(text, value, value)

    def _one(self, text: str, node: Plain) -> Any:
        return self.unit.read(attrs.evolve(node, text=text))

    def schema(self) -> Schema:
        examples = [*self.unit.examples, *(f"at least {example}" for example in self.unit.examples[:1])]
        return {**self.unit.schema(), "examples": examples}

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

    def read(self, node: Node) -> Range | dict[str, Range]:
        if isinstance(node, Mapped):
            return {self._word(name): self.each.read(value) for name, value in node}
        if isinstance(node, Listed):
            raise Mistake(f"here should be a number, or one for each {self.what}, not a list", node.place)
        return self.each.read(node)

    def _word(self, name: Plain) -> str:
        if self.words is not None and name.text not in self.words:
            raise Mistake(unknown(name.text, self.what, self.words), name.place)
        return name.text

    def schema(self) -> Schema:
        each = self.each.schema()
        if self.words is None:
            return {"anyOf": [each, {"type": "object", "additionalProperties": each}]}
        words = dict.fromkeys(self.words, each)
        return {"anyOf": [each, {"type": "object", "properties": words, "additionalProperties": False}]}

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

    def read(self, node: Node) -> Any:
        return self.kind.read(node)

    def schema(self) -> Schema:
        return self.kind.schema()

    def difference(self, expected: Any, found: Any) -> str | None:
        return None if found == expected else self.shown(found)


@attrs.frozen
class InOrder(Kind):
    """Texts that come in this order, others between them."""

    def read(self, node: Node) -> tuple[str, ...]:
        items = node.items if isinstance(node, Listed) else (node,)
        return tuple(_TEXT.read(item) for item in items)

    def schema(self) -> Schema:
        return {"type": "array", "items": _TEXT.schema()}

    def difference(self, expected: tuple[str, ...], found: list[str]) -> str | None:
        rest = iter(found)
        for n, text in enumerate(expected):
            if text not in rest:
                after = f" after {expected[n - 1]!r}" if n else ""
                there = ", ".join(dict.fromkeys(found)) or "nothing"
                return f"no {text!r}{after}; there was: {there}"
        return None


@attrs.frozen
class Among(Kind):
    """A text that is, in full or as a part, in one of those found."""

    def read(self, node: Node) -> tuple[str, ...]:
        items = node.items if isinstance(node, Listed) else (node,)
        return tuple(_TEXT.read(item) for item in items)

    def schema(self) -> Schema:
        return {"anyOf": [_TEXT.schema(), {"type": "array", "items": _TEXT.schema()}]}

    def difference(self, expected: tuple[str, ...], found: list[str]) -> str | None:
        missing = [text for text in expected if not any(text in each for each in found)]
        return f"no {missing[0]!r}; there was: {' | '.join(found) or 'nothing'}" if missing else None


Difference = Comparison | Tally | Same | InOrder | Among

_TEXT = Text("a text")
NUMBER = Comparison(COUNT, 1)
AMOUNT = Comparison(CENTS, 1, money)
TIME = Comparison(DURATION, durations.parsed("1s"), durations.shown)


def tally(what: str, *words: str) -> Tally:
    return Tally(NUMBER, what, words or None)


def tally_of_money(what: str) -> Tally:
    return Tally(AMOUNT, what)


def word(what: str, *words: str) -> Same:
    return Same(choice(what, *words))

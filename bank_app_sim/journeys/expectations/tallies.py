"""How many or how much is expected: in all, or word by word."""

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from ..text.mistakes import Mistake, unknown
from ..text.nodes import Listed, Mapped, Node, Plain
from ..vocabulary.kinds import COLUMN, Ref, Schema, Text
from .expectation import Expectation
from .ranges import NUMBER, Comparison, Range

F = TypeVar("F")

# In all, or of each word.
Totals = Range[int] | Mapping[str, Range[int]]


def read_totals(node: Node, each: Comparison[int], what: str, word: Callable[[Plain], str]) -> Totals:
    """`2`, or `{settled: 2, failed: 0}`.

    Args:
        what: What kind of word stands before a number.
        word: Reads such a word.
    """
    if isinstance(node, Listed):
        raise Mistake(f"expected a number, or one for each {what}, not a list", node.place)
    if not isinstance(node, Mapped):
        return each.read(node)
    if not node.items:
        raise Mistake(f"expected a number for a {what}, but there is nothing", node.place)
    read: dict[str, Range[int]] = {}
    for name, value in node:
        if (key := word(name)) in read:
            raise Mistake(f"{name.text!r} is here twice, in two spellings", name.place)
        read[key] = each.read(value)
    return read


@attrs.frozen
class ByWord(Expectation[Totals, F]):
    """A number in all, or one for each of some words.

    Args:
        each: What is said of a number.
        what: What kind of word it is.
        words: All words that are possible; None for any.
        names: The kind of the words, if they are names that the script gives.
    """

    each: Comparison[int]
    what: str
    words: tuple[str, ...] | None = None
    names: Text[str] | None = None

    @property
    def title(self) -> str:
        return f"expected {self.each.unit.title} by {self.what}"

    def read(self, node: Node) -> Totals:
        return read_totals(node, self.each, self.what, self._word)

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

    def _difference_by_word(self, expected: Mapping[str, Range[int]], found: Mapping[str, int]) -> str | None:
        wrong = {word: found.get(word, 0) for word, range_ in expected.items() if found.get(word, 0) not in range_}
        return self._listed({**found, **wrong}) if wrong else None

    def _listed(self, found: Mapping[str, int]) -> str:
        return ", ".join(f"{word}: {self.each.shown(number)}" for word, number in found.items()) or "none"


@attrs.frozen
class Tally(ByWord[Mapping[str, int]]):
    """How many there are."""

    def difference(self, expected: Totals, found: Mapping[str, int]) -> str | None:
        if not isinstance(expected, Range):
            return self._difference_by_word(expected, found)
        in_all = sum(found.values())
        apart = f" ({self._listed(found)})" if len(found) > 1 else ""
        return None if in_all in expected else f"{self.each.shown(in_all)}{apart}"


# A thing's name, its owner, and how much it holds.
Holding = tuple[str, str, int]


@attrs.frozen
class Holdings(ByWord[Sequence[Holding]]):
    """How much there is in all, or how much the one thing with a name holds. Two things of one name are an error."""

    def difference(self, expected: Totals, found: Sequence[Holding]) -> str | None:
        if isinstance(expected, Range):
            in_all = sum(cents for _, _, cents in found)
            return None if in_all in expected else f"{self.each.shown(in_all)}{self._each_apart(found)}"
        shared = [self._shared(name, found) for name in expected if sum(name == each[0] for each in found) > 1]
        if shared:
            return "; ".join(shared)
        return self._difference_by_word(expected, collections.Counter({name: cents for name, _, cents in found}))

    def _shared(self, name: str, found: Sequence[Holding]) -> str:
        *first, last = [f"{whose}'s with {self.each.shown(cents)}" for each, whose, cents in found if each == name]
        return (
            f"{len(first) + 1} {self.what}s have the name {name!r}, {', '.join(first)} and {last}; "
            "look at one user with `of`, or name them apart"
        )

    def _each_apart(self, found: Sequence[Holding]) -> str:
        each = ", ".join(f"{name} of {whose}: {self.each.shown(cents)}" for name, whose, cents in found)
        return f" ({each})" if len(found) > 1 else ""


def tally(what: str, *words: str) -> Tally:
    """A tally by some words."""
    return Tally(NUMBER, what, words)


def tally_by_name(what: str, names: Text[str]) -> Tally:
    """A tally by names that the script gives."""
    return Tally(NUMBER, what, names=names)

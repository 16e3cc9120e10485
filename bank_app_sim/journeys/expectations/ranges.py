"""Numbers, amounts and times that are expected: exactly, at least, at most, or between two."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

import attrs

from ...timeline import durations
from ..text.mistakes import Mistake, nearest_word
from ..text.nodes import Node, Plain
from ..vocabulary.amounts import CENTS, COUNT
from ..vocabulary.kinds import Ref, Schema, Text, text_like
from ..vocabulary.moments import DURATION
from .expectation import Expectation

C = TypeVar("C", int, timedelta)


def money(cents: int) -> str:
    """As a script writes it."""
    sign, (units, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}{units}.{rest:02}"


@attrs.frozen
class Range(Generic[C]):
    """From `least` to `most`, both included; None for no bound."""

    text: str
    least: C | None = None
    most: C | None = None

    def __contains__(self, value: C) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return self.text


_SAYS = ("at least", "at most", "more than", "less than")
_SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "", "==": ""}
_WORDS = re.compile(rf"({'|'.join(_SAYS)})\s+(.+)")
_BETWEEN = re.compile(r"(.+?)\s+to\s+(.+)")
_SOMETHING_LIKE_IT = re.compile(r"([^\d\s][^\d]*?)\s*(-?\d.*)")


@attrs.frozen
class Comparison(Expectation[Range[C], C]):
    """`2`, `at least 2`, `at most 2`, `more than 2`, `less than 2` or `2 to 4`.

    Args:
        unit: What is compared.
        step: The smallest difference, for `more than` and `less than`.
        shown: Writes a value for a message.
        least: No value is less than this; None for no such bound.
    """

    unit: Text[C]
    step: C
    shown: Callable[[C], str]
    least: C | None = None

    @property
    def title(self) -> str:
        return f"expected {self.unit.title}"

    def read(self, node: Node) -> Range[C]:
        if not isinstance(node, Plain):
            value = self.unit.read(node)  # raises, and says what should be here
            return Range("", value, value)
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

    def _bounded(self, text: str, words: str, value: C, node: Plain) -> Range[C]:
        match words:
            case "at least":
                if self.least is not None and value <= self.least:
                    raise Mistake(f"everything is {text}, so this says nothing; did you mean `more than`?", node.place)
                return Range(text, least=value)
            case "more than":
                return Range(text, least=value + self.step)
            case "less than":
                value -= self.step
        if self.least is not None and value < self.least:
            raise Mistake(f"nothing is {text}", node.place)
        return Range(text, most=value)

    def _refuse_what_is_like_it(self, text: str, node: Plain) -> None:
        """Refuse words that are nearly those of a comparison."""
        if unfinished := re.fullmatch(r"(.+?)\s+to", text):
            raise Mistake(f"{text!r} has no end; did you mean at least {unfinished[1]}?", node.place)
        if like := _SOMETHING_LIKE_IT.fullmatch(text):
            words = _SIGNS.get(like[1], nearest_word(like[1], _SAYS))
            if words is not None:
                raise Mistake(
                    f"{text!r} is not a comparison; did you mean '{f'{words} {like[2]}'.strip()}'?", node.place
                )

    def _one(self, text: str, node: Plain) -> C:
        return self.unit.read(Plain(text, node.place))

    def schema(self, ref: Ref) -> Schema:
        one = self.unit.pattern
        example = self.unit.examples[0]
        return {
            "description": "Exactly, `at least`, `at most`, `more than`, `less than`, or from one `to` another.",
            "examples": [example, f"at least {example}", f"{example} to {example}"],
            **text_like(f"(({'|'.join(_SAYS)}) +)?({one})|({one}) *to +({one})", self.unit.numbers),
        }

    def difference(self, expected: Range[C], found: C) -> str | None:
        return None if found in expected else self.shown(found)


NUMBER = Comparison(COUNT, 1, str, least=0)
AMOUNT = Comparison(CENTS, 1, money)
TIME = Comparison(DURATION, timedelta(microseconds=1), durations.shown, least=timedelta())

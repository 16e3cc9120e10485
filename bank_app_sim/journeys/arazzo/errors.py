"""Errors in documents, and in the values of a run, with sentences for the author of the document."""

from collections.abc import Iterable

from impact_sdk.parsing.visible import visible

from ...server.http.nearest import nearest
from ..text.mistakes import Place


class DocumentError(Exception):
    """A document that cannot be run as it is written.

    Attributes:
        sentence: What is wrong, what was expected, and the way out.
    """

    def __init__(self, sentence: str, place: Place) -> None:
        sentence = visible(sentence, longest=1_000)
        super().__init__(f"{visible(place.file)}:{place.line}:{place.column}: {sentence}")
        self.place = place
        self.sentence = sentence


class ExpressionError(Exception):
    """A text is not a runtime expression or a condition. The reader of the document knows its place."""


class NoSuchValue(Exception):
    """An expression has no value in this run."""


def instead(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known word, or all known words."""
    words = sorted(set(known))
    near = nearest(word, words[:1_000])
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; there is {', '.join(map(repr, words))}" if 0 < len(words) <= 20 else ""

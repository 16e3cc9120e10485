"""What is wrong with a document, or cannot be had while it runs, in words for whoever wrote it."""

from collections.abc import Iterable

from impact_sdk.parsing.visible import visible

from ...server.nearest import nearest


class DocumentError(Exception):
    """A document that cannot be run as it is written.

    Attributes:
        line: From 1, as `column`.
        sentence: What is wrong, what was expected, and the way out.
    """

    def __init__(self, sentence: str, *, file: str, line: int, column: int) -> None:
        sentence = visible(sentence, longest=1_000)
        super().__init__(f"{visible(file)}:{line}:{column}: {sentence}")
        self.file = file
        self.line = line
        self.column = column
        self.sentence = sentence


class ExpressionError(Exception):
    """A runtime expression or a condition that is none; where it stands, the reader of the document knows."""


class NoSuchValue(Exception):
    """What an expression speaks of is not there, in this run."""


def instead(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest that there is, or all of them."""
    words = sorted(set(known))
    near = nearest(word, words[:1_000])
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; there is {', '.join(map(repr, words))}" if 0 < len(words) <= 20 else ""

"""Mistakes in a script: where, what is there, what was expected, and the nearest word that would do."""

import difflib
from collections.abc import Iterable, Sequence

import attrs


@attrs.frozen
class Place:
    """Where something stands in a file; lines and columns from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


# Of what is not written in any file: a journey in Python.
NOWHERE = Place("", 0, 0)


class Mistake(Exception):
    """One thing that is wrong with a script.

    Attributes:
        sentence: What is wrong, and the way out.
    """

    def __init__(self, sentence: str, place: Place = NOWHERE) -> None:
        super().__init__(f"{place}: {sentence}" if place.line else sentence)
        self.sentence = sentence
        self.place = place


class ScriptMistakes(Exception):
    """All that is wrong with a script, in the order of its lines.

    Attributes:
        text: The script.
    """

    def __init__(self, mistakes: Sequence[Mistake], text: str) -> None:
        self.mistakes = sorted(mistakes, key=lambda mistake: (mistake.place.line, mistake.place.column))
        self.text = text
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def __str__(self) -> str:
        return "\n".join(shown(mistake, self.text) for mistake in self.mistakes)


def shown(mistake: Mistake, text: str) -> str:
    """The mistake, with its line and a sign below the place."""
    lines = text.splitlines()
    if not 0 < mistake.place.line <= len(lines):
        return str(mistake)
    line = lines[mistake.place.line - 1]
    sign = " " * (mistake.place.column - 1) + "^"
    return f"{mistake}\n    {line}\n    {sign}"


def unknown(word: str, what: str, known: Iterable[str]) -> str:
    """That a word is none of those known, with the nearest, or all of them where they are few."""
    words = list(known)
    if nearest := nearest_word(word, words):
        return f"{word!r} is no {what}; did you mean {nearest!r}?"
    if len(words) <= 20:
        return f"{word!r} is no {what}; it can be {one_of(words)}"
    return f"{word!r} is no {what}"


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near enough."""
    by_plain = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), list(by_plain), n=1, cutoff=0.6)
    return by_plain[near[0]] if near else None


def one_of(words: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "nothing"

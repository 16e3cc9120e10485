"""Mistakes in a script: their places, and sentences with what was expected and the nearest known word."""

import contextlib
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs


@attrs.frozen
class Place:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


# The place of what is in no file, such as a journey in Python.
NOWHERE = Place("", 0, 0)


class Mistake(Exception):
    """One mistake in a script.

    Attributes:
        sentence: What is wrong, and the way out.
        line: The text of its line, if that is known.
    """

    def __init__(self, sentence: str, place: Place = NOWHERE, line: str | None = None) -> None:
        super().__init__(f"{place}: {sentence}" if place.line else sentence)
        self.sentence = sentence
        self.place = place
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return Mistake, (self.sentence, self.place, self.line)


class ScriptMistakes(Exception):
    """All mistakes in some scripts, by file and line."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        unique = {(each.place, each.sentence): each for each in mistakes}  # every row of a table has the same mistakes
        self.mistakes = sorted(unique.values(), key=lambda each: attrs.astuple(each.place))
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        return "\n".join(map(shown, self.mistakes))


@attrs.define
class Gathering:
    """Collects mistakes, so that the author of a script sees all of them at once."""

    found: list[Mistake] = attrs.field(factory=list)

    def note(self, sentence: str, place: Place) -> None:
        self.found.append(Mistake(sentence, place))

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """A mistake ends only this block."""
        try:
            yield
        except Mistake as mistake:
            self.found.append(mistake)


def lines_of(text: str) -> list[str]:
    """The lines of a text, as YAML counts them."""
    return re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)


def with_lines(mistakes: Iterable[Mistake], text: str, file: str) -> list[Mistake]:
    """The mistakes; those in this file get the text of their line."""
    lines = lines_of(text)
    return [
        Mistake(each.sentence, each.place, lines[each.place.line - 1]) if each.place.file == file else each
        for each in mistakes
    ]


def shown(mistake: Mistake) -> str:
    """The mistake with its line, and a mark below the place."""
    if not mistake.line:
        return str(mistake)
    column = mistake.place.column - 1
    begin = max(0, column - WIDEST // 2)
    line = "".join(sign if sign.isprintable() or sign == "\t" else "\N{REPLACEMENT CHARACTER}" for sign in mistake.line)
    below = re.sub(r"[^\t]", " ", line[begin:column]) + "^"  # a tab is as wide here as it is above
    return f"{mistake}\n    {line[begin : begin + WIDEST]}\n    {below}"


# As much of a line as fits into a terminal.
WIDEST = 120


# A person reads through a list of so many words.
FEW = 20


def unknown(word: str, what: str, known: Iterable[str]) -> str:
    """The sentence for an unknown word: with the nearest known word, or with those that are possible."""
    return f"unknown {what} {word!r}; {what_else(word, known)}"


def what_else(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known word, or those that are possible."""
    words = list(known)
    if nearest := nearest_word(word, words):
        return f"did you mean {nearest!r}?"
    if len(words) > FEW:
        words = [each for each in words if _tokens(each) & _tokens(word)] or words
    if len(words) > FEW:
        words = [*words[: FEW // 2], f"one of {len(words) - FEW // 2} more"]
    return f"it can be {one_of(words)}"


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; None if no word is near enough."""
    by_plain = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower()[:200], list(by_plain), n=1, cutoff=0.6)
    return by_plain[near[0]] if near else None


# Shorter words differ by a letter and are both right.
SHORTEST_SLIP = 4


def slipped_word(word: str, known: Iterable[str]) -> str | None:
    """The known word with a typing error: one letter more or less, two letters swapped, or another case."""
    return next((each for each in known if _is_slip(word, each)), None)


def _is_slip(word: str, meant: str) -> bool:
    one, other = _folded(word), _folded(meant)
    if word == meant:
        return False
    if one == other:
        return True
    if min(len(one), len(other)) < SHORTEST_SLIP:
        return False
    if any(_swapped(one, n) == other for n in range(len(one) - 1)):
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    left_out = (n for n in range(len(longer)) if not longer[n].isdigit())  # `team 1` and `team 11` are two
    return any(longer[:n] + longer[n + 1 :] == shorter for n in left_out)


def _folded(word: str) -> str:
    """Without case and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))


def _swapped(word: str, n: int) -> str:
    return word[:n] + word[n + 1] + word[n] + word[n + 2 :]


def _tokens(text: str) -> set[str]:
    return set(text.lower().split()) - {"a", "an", "the", "to", "of"}


def one_of(words: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "nothing"

"""Which journeys are meant by what somebody typed: files, folders, names of the library, single rows."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from .library import LIBRARY, SUFFIX
from .mistakes import Mistake, ScriptMistakes, nearest_word
from .reader import found, name_of, read_file
from .script import Script


class NothingFound(Exception):
    """What was asked for is not there; the message says what is."""


def library() -> list[Path]:
    """The journeys that come with the package."""
    return sorted(LIBRARY.glob(f"*{SUFFIX}"))


def selected(wanted: Sequence[str], *, keyword: str | None = None) -> list[Script]:
    """The journeys that are meant, one for each row of their tables; the library, when nothing is said.

    Args:
        wanted: Files, folders, names of the library; each with a row in brackets behind it, or without.
        keyword: Only those with this in their name, title, file or row; several words: all of them; `not` before one.

    Raises:
        NothingFound: There is no such journey, or no such row.
        ScriptMistakes: All that is wrong with the scripts.
    """
    scripts: list[Script] = []
    mistakes: list[Mistake] = []
    for text in wanted or [str(path) for path in library()]:
        name, row = _apart(text)
        read: list[Script] = []
        for path in _files(name):
            try:
                read += read_file(path)
            except ScriptMistakes as error:
                mistakes += error.mistakes
        scripts += read if row is None or mistakes else _with_row(read, row, name)
    if mistakes:
        raise ScriptMistakes(mistakes)
    if keyword is not None:
        scripts = [script for script in scripts if is_meant(script, keyword)]
        if not scripts:
            raise NothingFound(f"no journey has {keyword!r} in its name, title, file or row")
    return scripts


def _with_row(scripts: Sequence[Script], row: str, name: str) -> list[Script]:
    rows = [script for script in scripts if script.row == row]
    if not rows:
        there = ", ".join(f"[{script.row}]" for script in scripts if script.row) or "none"
        raise NothingFound(f"{name!r} has no row {row!r}; there is {there}")
    return rows


def _apart(text: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"(.+?)\[(.*)\]", text)
    return (match[1], match[2]) if match and not os.path.exists(text) else (text, None)


def _files(name: str) -> list[Path]:
    folder = Path(name)
    if os.path.isdir(name):
        files = sorted(folder.rglob(f"*{SUFFIX}"))
        if not files:
            raise NothingFound(f"there is no file *{SUFFIX} in {name!r}")
        return files
    path = found(name)
    if path is not None:
        return [path]
    names = [name_of(each) for each in library()]
    nearest = nearest_word(name, [*names, *(str(each) for each in Path().glob(f"*{SUFFIX}"))])
    hint = f"did you mean {nearest!r}?" if nearest else "bank-app-sim run --list shows what comes with the package"
    raise NothingFound(f"{name!r} is no file, and no journey of the library; {hint}")


def is_meant(script: Script, keyword: str) -> bool:
    """Whether all words of a keyword are there, and none of those with `not` before it."""
    text = f"{script.name} {script.title} {script.file} {script.row}".lower()
    wanted = re.findall(r"(?:\b(not)\s+)?(\S+)", re.sub(r"\band\b", " ", keyword.lower()))
    return all((word in text) != bool(negated) for negated, word in wanted)

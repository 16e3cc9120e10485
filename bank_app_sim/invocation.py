"""How the user started this program, and command lines that they can paste to start it again."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

NAME = "bank-app-sim"


def program() -> tuple[str, ...]:
    """The words that start this program again."""
    return again(sys.argv[0], sys.executable, os.environ, Path.cwd())


def command(*words: str) -> str:
    """A command line of this program, to paste where the user started it."""
    return pasted([*program(), *words])


def again(script: str, python: str, environment: Mapping[str, str], here: Path) -> tuple[str, ...]:
    """The words that start this program again, in a folder with this environment.

    Args:
        script: The file that was started: this program, or another one that imports us.
        python: The interpreter.
    """
    # `uv run` changes the search path; the user's shell does not have that path.
    path = None if "UV_RUN_RECURSION_DEPTH" in environment else environment.get("PATH", os.defpath)
    named = Path(script).name.removesuffix(".exe")
    ours = Path(script) if named == NAME and os.path.exists(script) else Path(python).parent / NAME
    if ours.exists():
        return (_as_typed(ours, NAME, path, here),)
    return (_as_typed(Path(python), Path(python).name, path, here), "-m", "bank_app_sim")


def _as_typed(program: Path, name: str, path: str | None, here: Path) -> str:
    """The shortest text that finds a program: its name, its path from here, or its absolute path."""
    place = Path(os.path.abspath(program))
    found = shutil.which(name, path=path) if path is not None else None
    if found is not None and os.path.abspath(found) == str(place):
        return name
    return str(place.relative_to(here)) if place.is_relative_to(here) else str(place)


def pasted(words: Iterable[str]) -> str:
    """The words as one line of a shell: quoted where necessary, with every character visible."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    # Escapes keep characters that move the cursor or end a line out of the terminal; bash, zsh and POSIX 2024 read $''.
    return "$'" + "".join(map(_escaped, os.fsencode(word))) + "'"


def _escaped(byte: int) -> str:
    sign = chr(byte)
    if sign in "'\\":
        return f"\\{sign}"
    return sign if sign.isascii() and sign.isprintable() else f"\\x{byte:02x}"

"""How this program was started, so that what it prints can be pasted where it was started."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from .pasting import pasted

NAME = "bank-app-sim"


def program() -> tuple[str, ...]:
    """The words that start it once more."""
    return again(sys.argv[0], sys.executable, os.environ, Path.cwd())


def command(*words: str) -> str:
    """A command line of this program, to be pasted where it was started."""
    return pasted([*program(), *words])


def again(script: str, python: str, environment: Mapping[str, str], here: Path) -> tuple[str, ...]:
    """The words that start it once more, in a folder with this environment.

    Args:
        script: What was started: the program itself, or a file of whatever else has loaded us.
        python: The interpreter.
    """
    # `uv run` has a search path of its own, which the next command line does not have.
    path = None if "UV_RUN_RECURSION_DEPTH" in environment else environment.get("PATH", os.defpath)
    named = Path(script).name.removesuffix(".exe")
    ours = Path(script) if named == NAME and os.path.exists(script) else Path(python).parent / NAME
    if ours.exists():
        return (_as_typed(ours, NAME, path, here),)
    return (_as_typed(Path(python), Path(python).name, path, here), "-m", "bank_app_sim")


def _as_typed(program: Path, name: str, path: str | None, here: Path) -> str:
    """The shortest that finds a program: its name, or where it is from here, or where it is."""
    place = Path(os.path.abspath(program))
    found = shutil.which(name, path=path) if path is not None else None
    if found is not None and os.path.abspath(found) == str(place):
        return name
    return str(place.relative_to(here)) if place.is_relative_to(here) else str(place)

"""Finds the file of a journey by its name."""

import os
from pathlib import Path

from ..library import LIBRARY, SUFFIXES


def is_within(path: Path, *folders: Path | None) -> bool:
    """Whether a file, after all links, is below one of some folders or comes with the package."""
    return any(path.resolve().is_relative_to(each.resolve()) for each in (*folders, LIBRARY) if each is not None)


def found(name: str, *, beside: Path | None = None) -> Path | None:
    """The file with this name: a path, a file beside another, or a journey of the library."""
    folders = [LIBRARY] if beside is None else [beside.parent, LIBRARY]
    candidates = [Path(name)] if beside is None else []
    candidates += [folder / each for folder in folders for each in (name, *(f"{name}{suffix}" for suffix in SUFFIXES))]
    # Not path.is_file(): it raises if a name is too long for a file.
    return next((path for path in candidates if os.path.isfile(path)), None)

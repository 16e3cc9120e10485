"""The files that scripts come from, as results name and quote them."""

import contextlib
import functools
from collections.abc import Iterable
from pathlib import Path

from ..library import LIBRARY

_PACKAGE = LIBRARY.parents[2]


@functools.lru_cache(1024)
def from_here(file: str, here: Path) -> str:
    """The path from the current folder, or from that of the package: the same in every checkout."""
    path = Path(file).resolve()
    for folder in (here, _PACKAGE):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return file


def texts_of(files: Iterable[str]) -> dict[str, str]:
    """The texts of files as they are now, by the names that `from_here()` gives; a missing file is left out."""
    return {file: text for file in dict.fromkeys(files) if (text := _text_of(file)) is not None}


def _text_of(file: str) -> str | None:
    for folder in (Path.cwd(), _PACKAGE):
        with contextlib.suppress(OSError):
            return (folder / file).read_text(encoding="utf-8", errors="replace")
    return None

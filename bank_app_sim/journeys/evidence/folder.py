"""Writes the folder of a report, and removes an earlier report from it."""

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...timeline.trace import Message, mermaid
from ..results import JourneyResult
from . import junit, page, trace_file
from .circumstances import Circumstances, circumstances
from .names import file_names

JUNIT, TRACE, PAGE = "junit.xml", "trace.json", "report.html"

# The last line of each drawing begins so. A report replaces such drawings, and leaves others alone.
DRAWN_BY = "%% drawn by bank-app-sim:"


def write(folder: Path, results: Iterable[JourneyResult], *, made: Circumstances | None = None) -> Sequence[Path]:
    """Write `junit.xml`, `report.html`, `trace.json`, and a drawing for each journey in `mermaid/`.

    It replaces an earlier report in the folder, and leaves other files alone.

    Args:
        made: How the report was made, for the page; by default the circumstances of this process.

    Returns:
        The files.

    Raises:
        OSError: A file cannot be written; the error names it.
    """
    results = tuple(results)
    names = file_names(results)
    drawings = folder / "mermaid"
    folder.mkdir(parents=True, exist_ok=True)
    drawings.mkdir(exist_ok=True)
    _remove_earlier(folder)
    contents = {
        folder / JUNIT: junit.document(results),
        folder / TRACE: trace_file.document(results),
        folder / PAGE: page.document(results, names, made or circumstances(results)),
    }
    contents |= {drawings / f"{name}.mmd": _drawing(result) for name, result in zip(names, results, strict=True)}
    for file, content in contents.items():
        # UTF-8 cannot hold half of a surrogate pair; it is written as its number.
        replace(file, content.encode("utf-8", "backslashreplace"))
    _remove_if_empty(drawings)
    return tuple(contents)


def clear(folder: Path) -> None:
    """Remove an earlier report.

    Raises:
        OSError: A file cannot be removed; the error names it.
    """
    _remove_earlier(folder)
    _remove_if_empty(folder / "mermaid")


def replace(file: Path, content: bytes) -> None:
    """Write a file whole or not at all. Until then readers see the old one."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _drawing(result: JourneyResult) -> str:
    what = ", ".join(part for part in (result.name, result.row, f"seed {result.seed}") if part)
    return mermaid(map(Message.from_json, result.messages)) + f"{DRAWN_BY} {' '.join(what.split())}\n"


def _remove_earlier(folder: Path) -> None:
    for name in (JUNIT, TRACE, PAGE):
        (folder / name).unlink(missing_ok=True)
    _remove_drawings(folder / "mermaid")


def _remove_if_empty(folder: Path) -> None:
    """Keep the folder if it has drawings of others."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _remove_drawings(folder: Path) -> None:
    for file in folder.glob("*.mmd"):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        if lines and lines[-1].startswith(DRAWN_BY):
            file.unlink()

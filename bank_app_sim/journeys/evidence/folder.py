"""The folder of a report: which files, and what each is called."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...trace import Message, mermaid
from ..results import JourneyResult
from . import junit, page, trace_file
from .names import file_names

# Ends every drawing: says whose it is, so that the next report replaces ours, and nobody else's.
DRAWN_BY = "%% drawn by bank-app-sim:"


def write(folder: Path, results: Iterable[JourneyResult]) -> Sequence[Path]:
    """Write `junit.xml`, `report.html`, `trace.json`, and a drawing for each journey in `mermaid/`.

    What an earlier report left in the folder is replaced; files of others are left alone.

    Returns:
        Where they are.

    Raises:
        OSError: Something cannot be written; it names the file.
    """
    results = tuple(results)
    names = file_names(results)
    drawings = folder / "mermaid"
    folder.mkdir(parents=True, exist_ok=True)
    drawings.mkdir(exist_ok=True)
    _remove_drawings(drawings)
    contents = {
        folder / "junit.xml": junit.document(results),
        folder / "trace.json": trace_file.document(results),
        folder / "report.html": page.document(results, names),
    }
    contents |= {drawings / f"{name}.mmd": _drawing(result) for name, result in zip(names, results, strict=True)}
    for file, content in contents.items():
        # What no Unicode text can hold, such as half of a pair, is shown as its number.
        file.write_bytes(content.encode("utf-8", "backslashreplace"))
    return tuple(contents)


def _drawing(result: JourneyResult) -> str:
    what = ", ".join(part for part in (result.name, result.row, f"seed {result.seed}") if part)
    return mermaid(map(Message.from_json, result.messages)) + f"{DRAWN_BY} {' '.join(what.split())}\n"


def _remove_drawings(folder: Path) -> None:
    for file in folder.glob("*.mmd"):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        if lines and lines[-1].startswith(DRAWN_BY):
            file.unlink()

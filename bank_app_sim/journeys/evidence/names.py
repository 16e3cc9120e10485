"""A file name for each journey: safe on every system, readable, and never twice."""

import re
from collections.abc import Sequence

from ..results import JourneyResult

# With an ending and a number it stays within what every file system takes.
LONGEST = 80

# Windows keeps these for devices, whatever their ending.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_names(results: Sequence[JourneyResult]) -> list[str]:
    """One for each, without an ending; a number is added where two would be the same."""
    taken: set[str] = set()
    return [_free(_readable(result), taken) for result in results]


def _readable(result: JourneyResult) -> str:
    parts = (_safe(part) for part in (result.name, result.row))
    name = "--".join(part for part in parts if part)[:LONGEST].rstrip("-.") or "journey"
    return f"journey-{name}" if RESERVED.fullmatch(name) else name


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.=]+", "-", text).strip("-.")


def _free(name: str, taken: set[str]) -> str:
    """Compared without case: some systems do not tell `Bike` from `bike`."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate.casefold())
    return candidate

"""Durations as people write them: `90s`, `1.5h`, `2 days`, `1 day 12 hours`."""

import re
from datetime import timedelta

_UNITS = {
    "seconds": ("s", "sec", "second", "seconds"),
    "minutes": ("m", "min", "minute", "minutes"),
    "hours": ("h", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "week", "weeks"),
}
_BY_WORD = {word: unit for unit, words in _UNITS.items() for word in words}
_PART = r"(\d+(?:\.\d+)?)\s*([a-z]+)"
_WHOLE = re.compile(rf"{_PART}(?:\s+{_PART})*")
_PARTS = re.compile(_PART)

EXAMPLES = "90s, 1.5h or 2 days"


def parsed(text: str) -> timedelta:
    """What is written; ValueError, in words for whoever wrote it, where it is no duration."""
    plain = text.strip().lower()
    if not _WHOLE.fullmatch(plain) or any(unit not in _BY_WORD for _, unit in _PARTS.findall(plain)):
        raise ValueError(f"{text!r} is no duration; write for example {EXAMPLES}")
    try:
        return sum(
            (timedelta(**{_BY_WORD[unit]: float(number)}) for number, unit in _PARTS.findall(plain)), timedelta()
        )
    except OverflowError:
        raise ValueError(f"{text!r} is longer than anything here lasts") from None


def shown(duration: timedelta) -> str:
    """As people write it: `2 days`, `1 hour 30 minutes`; `0 seconds` for nothing."""
    left = duration.total_seconds()
    parts = []
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        number, left = divmod(left, seconds)
        if number:
            parts.append(f"{number:.0f} {unit}{'s' if number != 1 else ''}")
    if left or not parts:
        parts.append(f"{left:g} second{'s' if left != 1 else ''}")
    return " ".join(parts)

"""Durations as people write them: `90s`, `1.5h`, `2 days`, `1 day 12 hours`."""

import difflib
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
_PART = r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)"
_WHOLE = re.compile(rf"{_PART}(?:\s+{_PART})*")
_PARTS = re.compile(_PART)

# For editors: each word in any case. Regular expressions of JavaScript have no inline flag for that.
_ANY_WORD = "|".join("".join(f"[{letter.upper()}{letter}]" for letter in word) for word in _BY_WORD)
PATTERN = rf"(\d+(\.\d+)? *({_ANY_WORD})( +|$))+"

EXAMPLES = "90s, 1.5h or 2 days"

# The shortest interval of repeated work: otherwise a day of simulated time would be millions of steps.
SHORTEST = timedelta(seconds=1)

# The farthest that a clock goes at once: a hundred years. Worlds end with 2999, so all moments stay in the calendar.
LONGEST = timedelta(days=36_525)


def parsed(text: str) -> timedelta:
    """The duration that a text means.

    Raises:
        ValueError: The text is not a duration; the message is for its author.
    """
    plain = text.strip().lower()
    parts = _PARTS.findall(plain) if _WHOLE.fullmatch(plain) else []
    if "," in plain and _WHOLE.fullmatch(with_points := plain.replace(",", ".")):
        raise ValueError(f"{text!r} is not a duration; did you mean {with_points!r}?")
    unknown = [unit for _, unit in parts if unit not in _BY_WORD]
    if unknown and (near := _nearest(unknown[0], next(number for number, unit in parts if unit == unknown[0]))):
        raise ValueError(f"{text!r} is not a duration; did you mean {plain.replace(unknown[0], near)!r}?")
    if unknown or not parts:
        raise ValueError(f"{text!r} is not a duration; write for example {EXAMPLES}")
    try:
        return sum((timedelta(**{_BY_WORD[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{text!r} is longer than anything here lasts") from None


def what_is_wrong_with(duration: timedelta, *, least: timedelta, most: timedelta = LONGEST) -> str | None:
    """What to tell the author of a duration that is out of bounds; None if it is within them."""
    if least <= duration <= most:
        return None
    return f"must be from {shown(least)} to {shown(most)}: {shown(duration) if duration > timedelta() else duration}"


def _nearest(unit: str, number: str) -> str | None:
    """The unit that was probably meant, in the singular or plural of the number."""
    near = difflib.get_close_matches(unit, [*_UNITS, *(name.removesuffix("s") for name in _UNITS)], n=1)
    return f"{near[0].removesuffix('s')}{'' if float(number) == 1 else 's'}" if near else None


def shown(duration: timedelta) -> str:
    """As people write it, and as `parsed()` reads it: `2 days`, `1 hour 30 minutes`, `0 seconds`."""
    minutes, left = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{left}.{duration.microseconds:06}".rstrip("0").rstrip(".")
    numbers = {"day": str(duration.days), "hour": str(hours), "minute": str(minutes), "second": seconds}
    parts = [f"{number} {unit}{'' if number == '1' else 's'}" for unit, number in numbers.items() if number != "0"]
    return " ".join(parts) or "0 seconds"

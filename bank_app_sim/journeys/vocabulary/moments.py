"""Days, moments and durations in a script."""

import re
from datetime import date, datetime, timedelta

from ...timeline import durations
from ...timeline.clock import moment
from .kinds import Text

# Ten years, and the moments from which ten years can pass. No bank waits longer, and the calendar has all of it.
LONGEST = timedelta(days=3650)
YEARS = range(2000, 2101)
DEFAULT_DAY = "2028-06-01"


def _day(text: str) -> date:
    plain = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", plain, re.ASCII):
            return date.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None
    raise ValueError(f"{text!r} is not a day; write year, month and day, such as {_likely_day(plain)}")


def _likely_day(text: str) -> str:
    """What the author probably meant: `31.12.2027` is 2027-12-31."""
    match = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", text, re.ASCII)
    if match and int(match[3]) <= 12 and (match[2] == "." or int(match[1]) > 12):  # 01/02 could be either
        return f"{match[4]}-{match[3]:0>2}-{match[1]:0>2}"
    return DEFAULT_DAY


_A_MOMENT = re.compile(r"([0-9-]+)(?:[ Tt]([0-9]{2}:[0-9]{2})(:[0-9.]+)?([Zz]|[+-][0-9:]+)?)?")


def _moment(text: str) -> datetime:
    # As in RFC 3339, but a person may leave out parts that are zero: the offset, the seconds, the whole time.
    parts = _A_MOMENT.fullmatch(text.strip())
    if parts and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", parts[1]):
        _day(parts[1])
    try:
        at = moment(f"{parts[1]}T{parts[2] or '00:00'}{parts[3] or ':00'}{parts[4] or 'Z'}" if parts else text)
    except ValueError:
        likely = _likely_day(text.strip())
        such = "2027-01-04 08:00" if likely == DEFAULT_DAY else f"{likely} 08:00"
        raise ValueError(f"{text!r} is not a moment; write it in UTC, such as {such}") from None
    if at.year not in YEARS:
        raise ValueError(f"{text!r} is not between the years {YEARS[0]} and {YEARS[-1]}")
    return at


def _duration(text: str) -> timedelta:
    duration = durations.parsed(text)
    if duration > LONGEST:
        raise ValueError(f"{text!r} is too long; the most is {LONGEST.days} days")
    return duration


def _span(text: str) -> timedelta:
    duration = _duration(text)
    if duration < durations.SHORTEST:
        raise ValueError(f"{text!r} is too short; the least is {durations.shown(durations.SHORTEST)}")
    return duration


def _longer_than_nothing(text: str) -> timedelta:
    duration = _duration(text)
    if duration <= timedelta():
        raise ValueError(f"{text!r} must be longer than 0; write for example {durations.EXAMPLES}")
    return duration


_SOME_LENGTH = f"(?=.*[1-9])({durations.PATTERN})"

DAY = Text("a day", _day, (DEFAULT_DAY,), pattern=r"\d{4}-\d\d-\d\d")
MOMENT = Text("a moment in UTC", _moment, ("2027-01-04 08:00", "2027-01-04"), pattern=r"\d{4}-.+")
DURATION = Text("a duration", _duration, ("2 days", "90s"), pattern=durations.PATTERN)
POSITIVE_DURATION = Text("a duration of some length", _longer_than_nothing, ("2 days", "90s"), pattern=_SOME_LENGTH)
SPAN = Text("a duration of a second or more", _span, ("2 days", "90s"), pattern=_SOME_LENGTH)

"""Reads moments and days in the format of RFC 3339, section 5.6. One reader for both sides. No clock, no I/O."""

import re
from datetime import UTC, date, datetime, timedelta

# The grammar of the section, and no more: ISO 8601 has weeks, ordinal days, commas and forms without seconds, and
# Python reads most of them. "T" and "Z" may be small; a space for the "T" is for people, and is not on the wire.
_HOUR, _MINUTE = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"(?P<minute>{_DAY.pattern}[Tt]{_HOUR}:{_MINUTE}:)(?P<second>[0-5][0-9]|60)"
    rf"(?P<rest>(?:\.[0-9]+)?(?:[Zz]|[+-]{_HOUR}:{_MINUTE}))"
)
_SECOND = timedelta(seconds=1)


def moment(text: str) -> datetime:
    """The moment that an RFC 3339 text names, in UTC, to the microsecond; further digits are cut off.

    A leap second is the next second. There is one only at the end of a month of UTC.

    Raises:
        ValueError: It names none, has no offset, or leads out of the calendar (the years 1 to 9999).
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        if _MOMENT.fullmatch(f"{text}Z"):
            raise ValueError(f"{text[:40]!r} has no UTC offset")
        raise ValueError(f"{text[:40]!r} is not a moment; RFC 3339 writes one as 2027-01-04T08:00:00Z")
    try:
        if found["second"] != "60":
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        at = datetime.fromisoformat(f"{found['minute']}59{found['rest']}".upper()).astimezone(UTC) + _SECOND
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is not a moment of the calendar ({error})") from error
    if (at.day, at.hour, at.minute, at.second) != (1, 0, 0, 0):
        raise ValueError(f"{text[:40]!r} is not a moment: a leap second comes only at the end of a month, in UTC")
    return at


def day(text: str) -> date:
    """The day that an RFC 3339 `full-date` names, such as 2027-06-01.

    Raises:
        ValueError: It names none.
    """
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a day; RFC 3339 writes one as 2027-06-01")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is not a day of the calendar ({error})") from error

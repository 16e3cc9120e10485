"""Reads `Set-Cookie` as a user agent does (RFC 6265, section 5.2). No clock, no I/O."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

# The limit of browsers since RFC 6265bis. A larger number is a mistake, or means for ever.
LONGEST_LIFETIME = timedelta(days=400)
ENDED = timedelta()
DIGITS_OF_SECONDS = 9  # of more than LONGEST_LIFETIME

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_MAX_AGE = re.compile(r"-?[0-9]+")

# Section 5.1.1: a date is whatever has a time, a day, a month and a year in it, between delimiters.
_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@attrs.frozen
class SetCookie:
    """One cookie that a server sets.

    Attributes:
        value: Whatever stands before the first `;`, quotation marks included: it goes back as it came.
        lifetime: How long it lasts from when it was set; nothing where the server takes it back, None where it does not
            say. 400 days at most.
    """

    name: str
    value: str = attrs.field(repr=False)
    lifetime: timedelta | None = None


def parsed(text: str, at: datetime) -> SetCookie | None:
    """The cookie that a `Set-Cookie` header sets; None if it sets none.

    Attributes that nobody knows are passed over, as are known ones that make no sense.

    Args:
        text: The header's octets, each as the character of its number (Latin-1).
        at: When it was sent, for those that say when they end and not how long they last.
    """
    pair, *attributes = text.split(";")
    name, sign, value = pair.partition("=")
    name, value = name.strip(" \t"), value.strip(" \t")
    if not sign or not name or _CONTROLS.search(text):
        return None
    max_age = expires = None
    for attribute in attributes:
        key, _, given = attribute.partition("=")
        key, given = key.strip(" \t").lower(), given.strip(" \t")
        if key == "max-age":
            max_age = _lifetime(given, otherwise=max_age)
        elif key == "expires":
            expires = _date(given) or expires
    if max_age is not None:
        return SetCookie(name, value, max_age)
    if expires is not None:
        return SetCookie(name, value, min(max(expires - at, ENDED), LONGEST_LIFETIME))
    return SetCookie(name, value)


def _lifetime(text: str, *, otherwise: timedelta | None) -> timedelta | None:
    if not _MAX_AGE.fullmatch(text):
        return otherwise
    if text.startswith("-"):
        return ENDED
    digits = text.lstrip("0")[:DIGITS_OF_SECONDS] or "0"
    return min(timedelta(seconds=int(digits)), LONGEST_LIFETIME)


def _date(text: str) -> datetime | None:
    time: Sequence[str] | None = None
    day = month = year = None
    for token in _DELIMITERS.split(text):
        if time is None and (found := _TIME.match(token)):
            time = found.groups()
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if time is None or day is None or month is None or year is None:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        hour, minute, second = map(int, time)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC) if year >= 1601 else None
    except ValueError:
        return None

"""The server's time, and the dates in its headers. No clock, no I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

# `Date` has whole seconds, and an answer takes a while. A smaller difference counts as none.
SAME = timedelta(seconds=5)

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def at(headers: Mapping[str, str], received_at: datetime) -> datetime:
    """The server's time when it answered: its `Date`; if there is none, our clock.

    Dates in an answer are by that clock. Where ours is an hour off, they are an hour off here.

    Args:
        headers: Of the answer, by lower-case names.
        received_at: When it came, by our clock.
    """
    return http_date(headers.get("date", "")) or received_at


def ahead(headers: Mapping[str, str], received_at: datetime) -> timedelta:
    """How far our clock is ahead of the server's; zero if they agree, or if the server does not say.

    Args:
        headers: Of the answer, by lower-case names.
        received_at: When it came, by our clock.
    """
    difference = received_at - at(headers, received_at)
    return timedelta() if abs(difference) <= SAME else difference


def later(moment: datetime, by: timedelta) -> datetime:
    """That much later, or earlier, but within the calendar: DES may send any moment of it."""
    try:
        return moment + by
    except OverflowError:
        return LAST if by > timedelta() else FIRST


def http_date(text: str) -> datetime | None:
    """The moment in a header such as `Date` (RFC 9110, 5.6.7); None if there is none."""
    text = text.strip()
    if not text:
        return None
    # Here and not at the top: a bank's app seldom needs it, and its start should not pay for it.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" says that it is UTC and no more.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

"""How long the bank wants the app to wait before it asks again: the header `Retry-After` (RFC 9110, 10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds(headers: Mapping[str, str], now: datetime) -> float:
    """How long to wait; 0 or less if the bank names no time.

    Args:
        headers: Of the answer, by lower-case names.
        now: By our clock. The bank's own clock, in `Date`, comes first.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = _moment(text)
    return 0.0 if moment is None else (moment - (_moment(headers.get("date", "")) or now)).total_seconds()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

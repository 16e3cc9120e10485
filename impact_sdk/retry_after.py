"""How long a server asks to be left alone: `Retry-After`, in either of its forms (RFC 9110, 10.2.3). Pure."""

from datetime import UTC, datetime

# Nobody who waits by this is to wait for ever because of a slip.
LONGEST_SECONDS = 86_400.0


def seconds(text: str, now: datetime) -> float | None:
    """Seconds from now, at most a day; None where the text says nothing that can be read.

    Args:
        text: The header's value: seconds, or a date.
    """
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    # Here and not at the top: a bank's app seldom needs it, and its start should not pay for it.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000", which says that it is UTC and no more
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_SECONDS)

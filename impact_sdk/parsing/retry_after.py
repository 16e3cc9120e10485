"""Reads `Retry-After`, the time that a server asks to wait, in both of its forms (RFC 9110, 10.2.3). Pure."""

from datetime import datetime

from .server_time import http_date

# A mistake in the header must not make a client wait for ever.
LONGEST_SECONDS = 86_400.0


def seconds(text: str, now: datetime) -> float | None:
    """Seconds from now, at most a day; None if the text cannot be read.

    Args:
        text: The header's value: seconds, or a date.
        now: What the server's clock said when it answered (`server_time.at()`): a date is by that clock.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    moment = http_date(text)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), LONGEST_SECONDS)

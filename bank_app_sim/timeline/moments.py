"""Moments: their bounds in a simulated world, and how they are written."""

import functools
from datetime import UTC, datetime

from impact_sdk.parsing.moments import moment

__all__ = ["EARLIEST", "LATEST", "WITHIN", "moment", "timestamp"]

# A simulated world stays between these, so that adding a duration to one of its moments never leaves the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
WITHIN = f"from {EARLIEST:%Y-%m-%dT%H:%M:%SZ} to {LATEST:%Y-%m-%dT%H:%M:%SZ}"


# Cached: simulated time stands still most of the time.
@functools.lru_cache(1024)
def timestamp(at: datetime) -> str:
    """An RFC 3339 text in UTC with microseconds. All have the same width, so the texts sort as the moments do."""
    # Not strftime(): on Linux its %Y has one to four digits, and it takes ten times as long.
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")

"""How long one attempt may take: at each step of it, and as a whole."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import anyio

from .mistakes import wrong

TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 5.0
# Longer than anybody waits, and short enough for every event loop.
LONGEST_TIMEOUT_SECONDS = 86_400.0


class Unfinished(Exception):
    """The answer went on for longer than it may."""


def of(timeout: timedelta | float | None) -> float:
    """The seconds that a caller wants; `ConfigurationError` where they cannot be."""
    if timeout is None:
        return TIMEOUT_SECONDS
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise wrong("timeout", timeout, "a timedelta or seconds, more than 0")
    return min(seconds, LONGEST_TIMEOUT_SECONDS)


def to_connect(timeout_seconds: float) -> float:
    """Of each step's time, what there is to connect."""
    return min(timeout_seconds, CONNECT_TIMEOUT_SECONDS)


@contextmanager
def whole(timeout_seconds: float) -> Iterator[None]:
    """End what the limits of its steps do not end: an answer of which a little comes again and again, for ever.

    Raises:
        Unfinished: It was not complete in time.
    """
    # To connect has a limit of its own. Until that is over it is known that nothing was sent.
    seconds = timeout_seconds + to_connect(timeout_seconds)
    with anyio.move_on_after(seconds) as limit:
        yield
    if limit.cancelled_caught:
        raise Unfinished(f"its answer was not complete after {seconds:g} s")

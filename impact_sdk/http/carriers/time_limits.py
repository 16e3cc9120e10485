"""The time limits of one attempt: for each step, and for the whole."""

import math
from datetime import timedelta
from types import TracebackType

import anyio
import attrs

from ...mistakes.wrong import wrong

TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 5.0
# Nobody waits longer, and every event loop can count so far.
LONGEST_TIMEOUT_SECONDS = 86_400.0


class Unfinished(Exception):
    """The answer was not complete in time."""


class TooLate(Exception):
    """No time was left to begin."""


def of(timeout: timedelta | float | None) -> float:
    """The seconds that a caller wants; `ConfigurationError` if they cannot be."""
    if timeout is None:
        return TIMEOUT_SECONDS
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise wrong("timeout", timeout, "a timedelta or seconds, more than 0")
    return min(seconds, LONGEST_TIMEOUT_SECONDS)


@attrs.frozen
class Limits:
    """The time limits of one attempt, in seconds.

    Attributes:
        step: For each step: to wait for a place, to send the request, to get the next part of the answer.
        left: For the whole attempt, if the call has a deadline; None if it has none.
    """

    step: float = TIMEOUT_SECONDS
    left: float | None = None

    @property
    def connect(self) -> float:
        """The time to connect."""
        return self._at_most(min(self.step, CONNECT_TIMEOUT_SECONDS))

    @property
    def wait(self) -> float:
        """The time to wait for a place."""
        return self._at_most(self.step)

    @property
    def whole(self) -> float:
        """The time from the first step to the last."""
        # Connecting has its own limit. Until it ends, it is known that nothing was sent.
        return self._at_most(self.step + min(self.step, CONNECT_TIMEOUT_SECONDS))

    def after(self, waited: float) -> "Limits":
        """The limits that are left after some seconds."""
        return self if self.left is None or not waited else Limits(self.step, max(self.left - waited, 0.0))

    def _at_most(self, seconds: float) -> float:
        return seconds if self.left is None else min(seconds, self.left)


class Whole:
    """Ends an answer that the limits of its steps do not end: one that comes bit by bit, for ever.

    `Unfinished` if it was not complete in time; `TooLate` if there was no time at all. Not a generator: every call has
    one, and a class is faster.
    """

    __slots__ = ("_limit", "_seconds")

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.whole
        if self._seconds <= 0:
            raise TooLate("its time was over before it could be sent")
        self._limit = anyio.CancelScope(deadline=anyio.current_time() + self._seconds)

    def __enter__(self) -> None:
        self._limit.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._limit.__exit__(kind, error, traceback)
        if self._limit.cancelled_caught:
            raise Unfinished(f"its answer was not complete after {self._seconds:g} s")

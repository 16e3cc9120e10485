"""How long one attempt may take: at each step of it, and as a whole."""

import math
from datetime import timedelta
from types import TracebackType

import anyio
import attrs

from ...mistakes.wrong import wrong

TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 5.0
# Longer than anybody waits, and short enough for every event loop.
LONGEST_TIMEOUT_SECONDS = 86_400.0


class Unfinished(Exception):
    """The answer went on for longer than it may."""


class TooLate(Exception):
    """There was no time left to begin."""


def of(timeout: timedelta | float | None) -> float:
    """The seconds that a caller wants; `ConfigurationError` where they cannot be."""
    if timeout is None:
        return TIMEOUT_SECONDS
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise wrong("timeout", timeout, "a timedelta or seconds, more than 0")
    return min(seconds, LONGEST_TIMEOUT_SECONDS)


@attrs.frozen
class Limits:
    """How long one attempt may take, in seconds.

    Attributes:
        step: Each step of it: to wait for a place, to take the request, to go on with the answer.
        left: All of it, where the call has a deadline; None where it has none.
    """

    step: float = TIMEOUT_SECONDS
    left: float | None = None

    @property
    def connect(self) -> float:
        """Of a step's time, what there is to connect."""
        return self._at_most(min(self.step, CONNECT_TIMEOUT_SECONDS))

    @property
    def wait(self) -> float:
        """What there is to wait for a place."""
        return self._at_most(self.step)

    @property
    def whole(self) -> float:
        """What there is from the first step to the last."""
        # To connect has a limit of its own. Until that is over it is known that nothing was sent.
        return self._at_most(self.step + min(self.step, CONNECT_TIMEOUT_SECONDS))

    def after(self, waited: float) -> "Limits":
        """What is left of them after some seconds."""
        return self if self.left is None or not waited else Limits(self.step, max(self.left - waited, 0.0))

    def _at_most(self, seconds: float) -> float:
        return seconds if self.left is None else min(seconds, self.left)


class Whole:
    """Ends what the limits of its steps do not end: an answer of which a little comes again and again, for ever.

    `Unfinished` where it was not complete in time; `TooLate` where there was no time at all. No generator: every call
    has one.
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

"""A call's deadline: how much time is left, and whether one more attempt fits into it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import attrs

from ..mistakes.wrong import wrong
from .carriers import time_limits


def of(deadline: timedelta | float | None) -> float | None:
    """The seconds that a caller wants; `ConfigurationError` if they cannot be. None means no limit."""
    if deadline is None:
        return None
    try:
        return time_limits.of(deadline)
    except ValueError:
        raise wrong("deadline", deadline, "a timedelta or seconds, more than 0") from None


def fits(*, wait: float, took: float, left: float) -> bool:
    """Whether there is enough time for one more attempt.

    Args:
        wait: Seconds before it.
        took: Seconds that DES took for its last answer; 0 if it gave none.
        left: Seconds until the deadline.
    """
    return wait + took < left


@attrs.define(eq=False)
class Deadline:
    """What is left of a call's time. It stands still while the host works: callbacks have their own limits.

    Args:
        seconds: The whole time.
        now: A steady clock, in seconds.
    """

    seconds: float
    _now: Callable[[], float] = attrs.field(repr=False)
    _spent: float = attrs.field(default=0.0, init=False)
    _running_since: float | None = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._running_since = self._now()

    @property
    def left(self) -> float:
        """Seconds until it is reached; 0 or fewer if it is reached."""
        running = 0.0 if self._running_since is None else self._now() - self._running_since
        return self.seconds - self._spent - running

    def stop(self) -> None:
        """Stand still from now on."""
        if self._running_since is not None:
            self._spent += self._now() - self._running_since
            self._running_since = None

    def go_on(self) -> None:
        """Run from now on."""
        if self._running_since is None:
            self._running_since = self._now()

    def __str__(self) -> str:
        return f"the deadline of {self.seconds:g} s"


@contextmanager
def standing_still(deadline: Deadline | None) -> Iterator[None]:
    """A block of code whose time does not count."""
    if deadline is not None:
        deadline.stop()
    try:
        yield
    finally:
        if deadline is not None:
            deadline.go_on()

"""Where the SDK reads the time and waits; a simulation passes its own."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

import anyio
import anyio.lowlevel
import attrs

from .arguments import able, checked, moment, required
from .tasks.handed_over import awaited


class Clock(Protocol):
    """What the SDK needs of time.

    All moments are aware and in UTC. The system's clock is the default; a test or a simulation passes another one,
    so that a thirty-minute limit or a ten-second backoff needs no waiting.
    """

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Pause the caller, who has nothing else to do meanwhile: the wait between two attempts."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return when `moment` has come: a limit on something that others are doing meanwhile."""
        ...


class SystemClock:
    """The machine's own time.

    A wait is as long as it says by the machine's clock or by its steady one, whichever says so first: a clock that is
    set back makes no wait longer, and after a laptop has slept what was due meanwhile is due at once.
    """

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`; not at all where they are 0 or fewer.

        Raises:
            ConfigurationError: They are no finite number.
        """
        checked("seconds", required({"seconds": seconds})["seconds"])
        await anyio.lowlevel.checkpoint()
        await wait(seconds, now=self.now, steady=anyio.current_time, nap=anyio.sleep)

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until `moment`; not at all where it has passed.

        Raises:
            ConfigurationError: It is no datetime with its time zone.
        """
        checked("moment", required({"moment": moment})["moment"])
        seconds = (moment - self.now()).total_seconds()
        await wait(seconds, now=self.now, steady=anyio.current_time, nap=anyio.sleep)


@attrs.frozen
class HostClock:
    """A clock of the host's, asked with care."""

    _clock: Clock

    def now(self) -> datetime:
        now = self._clock.now()
        is_usual = type(now) is datetime and now.tzinfo is UTC
        return now if is_usual else moment("clock.now()", now)

    async def sleep(self, seconds: float) -> None:
        await awaited("clock.sleep()", self._clock.sleep(seconds))

    async def sleep_until(self, moment: datetime) -> None:
        await awaited("clock.sleep_until()", self._clock.sleep_until(moment))


def of(clock: Clock | None) -> Clock:
    """The clock that a caller wants; `ConfigurationError` where it is none."""
    clock = able("clock", clock, "now", "sleep", "sleep_until")
    return SystemClock() if clock is None else HostClock(clock)


def steady(clock: Clock) -> Callable[[], float]:
    """What tells seconds that have passed: the machine's steady clock, or the host's own, where that is ahead of it.

    A clock that stands still, as in a simulation, does not let anybody wait for ever. Only differences mean anything.
    """
    own = clock._clock if isinstance(clock, HostClock) else clock
    if isinstance(own, SystemClock):
        return time.monotonic
    began, began_steady = clock.now(), time.monotonic()
    return lambda: max((clock.now() - began).total_seconds(), time.monotonic() - began_steady)


# Of a sleeping machine the steady clock stands still, so we look at the other one every so often.
LONGEST_NAP_SECONDS = 30.0
# A clock that was set ahead by mistake is set back soon: who sees it jump looks once more.
LOOKED_AGAIN_AFTER_SECONDS = 3.0


async def wait(
    seconds: float,
    *,
    now: Callable[[], datetime],
    steady: Callable[[], float],
    nap: Callable[[float], Awaitable[None]],
) -> None:
    """Return when `seconds` have passed by either clock.

    Args:
        now: Tells the time; may jump, in either direction.
        steady: Tells seconds; never jumps, and may stand still while the machine sleeps.
        nap: Sleeps for seconds of the steady clock.
    """
    began, began_steady = now(), steady()
    jumped = False
    while (left := seconds - (steady() - began_steady)) > 0:
        left_by_time = seconds - (now() - began).total_seconds()
        had_jumped, jumped = jumped, left_by_time <= 0
        if jumped and had_jumped:
            return
        await nap(min(left, LOOKED_AGAIN_AFTER_SECONDS if jumped else min(left_by_time, LONGEST_NAP_SECONDS)))

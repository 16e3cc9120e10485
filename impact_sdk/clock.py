"""The clock of the SDK: it tells the time and waits. A simulation passes its own."""

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
    """What the SDK needs of a clock.

    All moments are aware and in UTC. The default is the system's clock. A test or a simulation passes another one, so
    that it need not wait for a limit of thirty minutes or a backoff of ten seconds.
    """

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Pause a caller that has nothing else to do: the wait between two attempts."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return when `moment` has come: a time limit on other work."""
        ...


class SystemClock:
    """The machine's own time.

    A wait ends when the machine's clock or its steady clock says so, whichever is first. So a clock that is set back
    makes no wait longer, and waits that ran out while a laptop slept end when it wakes up.
    """

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`; return at once if they are 0 or fewer.

        Raises:
            ConfigurationError: `seconds` is not a finite number.
        """
        checked("seconds", required({"seconds": seconds})["seconds"])
        await anyio.lowlevel.checkpoint()
        await wait(seconds, now=self.now, steady=anyio.current_time, nap=anyio.sleep)

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until `moment`; return at once if it has passed.

        Raises:
            ConfigurationError: `moment` is not a datetime with a time zone.
        """
        checked("moment", required({"moment": moment})["moment"])
        seconds = (moment - self.now()).total_seconds()
        await wait(seconds, now=self.now, steady=anyio.current_time, nap=anyio.sleep)


@attrs.frozen
class HostClock:
    """A clock of the host. Its answers are checked."""

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
    """The clock that a caller wants; `ConfigurationError` if it is not one."""
    clock = able("clock", clock, "now", "sleep", "sleep_until")
    return SystemClock() if clock is None else HostClock(clock)


def steady(clock: Clock) -> Callable[[], float]:
    """A function that counts seconds: by the machine's steady clock, or by the host's clock if that runs ahead.

    So a host's clock that stands still, as in a simulation, lets nobody wait for ever. Only differences have a meaning.
    """
    own = clock._clock if isinstance(clock, HostClock) else clock
    if isinstance(own, SystemClock):
        return time.monotonic
    began, began_steady = clock.now(), time.monotonic()
    return lambda: max((clock.now() - began).total_seconds(), time.monotonic() - began_steady)


# While the machine sleeps, its steady clock stands still. So we look at the other clock every so often.
LONGEST_NAP_SECONDS = 30.0
# A clock that was set ahead by mistake is soon set back. So after a jump we look a second time.
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
        now: Gives the time; it may jump forwards and backwards.
        steady: Gives seconds; it never jumps, and may stand still while the machine sleeps.
        nap: Sleeps for a number of seconds of the steady clock.
    """
    began, began_steady = now(), steady()
    jumped = False
    while (left := seconds - (steady() - began_steady)) > 0:
        left_by_time = seconds - (now() - began).total_seconds()
        had_jumped, jumped = jumped, left_by_time <= 0
        if jumped and had_jumped:
            return
        await nap(min(left, LOOKED_AGAIN_AFTER_SECONDS if jumped else min(left_by_time, LONGEST_NAP_SECONDS)))

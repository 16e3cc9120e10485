"""One clock for every actor: the machine's, or a simulated one that moves when it is told to."""

import asyncio
import functools
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel

from impact_sdk import Clock, SystemClock
from impact_sdk.parsing.moments import moment

from .traffic import Traffic

__all__ = ["Clock", "SimulatedClock", "SystemClock", "moment", "timestamp"]

# How soon somebody notices, who waits on the machine's clock, that it was set.
LONGEST_NAP_SECONDS = 1.0

# Between two messages, or two looks into a database, there are a few steps of the event loop in which nothing is on its
# way and somebody is at work all the same: up to five in the journeys of the library. Letting twice as many pass before
# we ask whether everything is blocked spares asyncio's 0.1 s nap in anyio.wait_all_tasks_blocked(). Trio has none.
STEPS_BEFORE_ASKING = 10


# When a simulated world can be: whatever it adds to a moment, or takes from it, is still in the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
WITHIN = f"from {EARLIEST:%Y-%m-%dT%H:%M:%SZ} to {LATEST:%Y-%m-%dT%H:%M:%SZ}"


# Simulated time stands still most of the time.
@functools.lru_cache(1024)
def timestamp(at: datetime) -> str:
    """An RFC 3339 text in UTC with microseconds, of fixed width: texts sort as the moments do."""
    # Not strftime(): on Linux its %Y is of one to four digits, and it takes ten times as long.
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


class NothingLeft(Exception):
    """A simulated clock was to go on, and nothing was left that could happen."""


class SimulatedClock:
    """A clock that stands still until `advance()`, and then goes from due moment to due moment.

    It needs every actor in this process and on one event loop, without threads: only then can it see that everything
    is quiet.

    Args:
        traffic: What is on its way between the actors.
    """

    def __init__(self, start: datetime, *, traffic: Traffic | None = None) -> None:
        self._now = start.astimezone(UTC)
        self.traffic = traffic or Traffic()
        self._sleepers: list[tuple[datetime, int, anyio.Event]] = []
        self._order = itertools.count()
        self._advancing = False
        self._running = False
        self._is_driven = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {timestamp(self._now)}>"

    @property
    def is_running(self) -> bool:
        """Whether somebody lets time pass with `run()`."""
        return self._running

    def now(self) -> datetime:
        return self._now

    def drive(self) -> None:
        """From now on only whoever calls this lets time pass; everybody else waits for that, `sleep()` included."""
        self._is_driven = True

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once when nobody else moves the clock: the caller would do nothing but wait."""
        due = self._in(max(seconds, 0))
        if self._advancing or self._is_driven:
            await self.sleep_until(due)
        else:
            with self.traffic.resting():
                await self.advance_to(due)

    def _in(self, seconds: float) -> datetime:
        """So much later; the end of the calendar for what is later still."""
        try:
            return self._now + timedelta(seconds=seconds)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    async def sleep_until(self, moment: datetime) -> None:
        if moment <= self._now:
            await anyio.lowlevel.checkpoint()
        else:
            await self.rest_until(moment)

    async def rest_until(self, moment: datetime) -> None:
        """As `sleep_until()`; but a moment that is not to come is waited for as well, until everything is quiet."""
        await self._wait(anyio.Event(), until=moment)

    async def wait_for(self, event: anyio.Event, *, until: datetime | None) -> None:
        """Return when the event is set, or when the moment has come: then it is set as well."""
        if event.is_set() or (until is not None and until <= self._now):
            await anyio.lowlevel.checkpoint()
        elif until is None:
            await event.wait()
        else:
            await self._wait(event, until=until)

    async def _wait(self, event: anyio.Event, *, until: datetime) -> None:
        sleeper = (max(until, self._now), next(self._order), event)
        heapq.heappush(self._sleepers, sleeper)
        try:
            # Who waits in the middle of a message holds up nobody: a server that is to try something again, say.
            with self.traffic.resting():
                await event.wait()
        finally:
            if sleeper in self._sleepers:  # cancelled, or woken by something else: nobody is to be woken any more
                self._sleepers.remove(sleeper)
                heapq.heapify(self._sleepers)

    async def advance(self, by: timedelta) -> None:
        """Let `by` pass; everything that becomes due on the way is done, in order, before this returns.

        While somebody else lets time pass already, with `run()`, this waits for that.
        """
        if by < timedelta():
            raise ValueError(f"a simulated clock goes forward only, not by {by}")
        if by > LATEST - self._now:
            raise ValueError(f"a simulated clock goes {WITHIN}; it is {timestamp(self._now)}, so not by {by}")
        await self.advance_to(self._now + by)

    async def advance_to(self, end: datetime) -> None:
        """As `advance()`, to a moment; a moment in the past only waits until everything is quiet."""
        if self._running:
            await self.rest_until(end)
        else:
            await self._go_on(until=end)

    async def run(
        self,
        is_over: Callable[[], bool],
        *,
        instead: Callable[[], bool] = lambda: False,
        until: datetime | None = None,
    ) -> None:
        """Let time pass as far as somebody waits for it, until it is over.

        Args:
            is_over: Asked whenever everything is quiet.
            instead: Asked then too: True when it has set something in motion, so that no time is to pass yet.
            until: The moment at which it is over in any case.

        Raises:
            NothingLeft: It is not over, and nobody waits for any moment: nothing can happen any more.
        """
        await self._go_on(is_over, instead, until=until, running=True)

    async def _go_on(
        self,
        is_over: Callable[[], bool] = lambda: False,
        instead: Callable[[], bool] = lambda: False,
        *,
        until: datetime | None,
        running: bool = False,
    ) -> None:
        if self._advancing:
            raise RuntimeError(f"the clock is being advanced already; it is {timestamp(self._now)}")
        self._advancing, self._running = True, running
        try:
            while True:
                await self.quiet(unless=is_over)
                if is_over():
                    return
                if instead() or await self._wake_next(until):
                    continue
                if until is None:
                    raise NothingLeft(f"nothing is left that could happen, at {timestamp(self._now)}")
                self._move(until)
                return
        finally:
            self._advancing = self._running = False

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment that somebody waits for."""
        return self._sleepers[0][0] if self._sleepers else None

    async def _wake_next(self, until: datetime | None) -> bool:
        """Go to the next moment that somebody waits for, and wake them; False where there is none by then."""
        if self.next_due is None or (until is not None and self.next_due > until):
            return False
        moment, _, woken = heapq.heappop(self._sleepers)
        self._move(moment)
        woken.set()
        return True

    def _move(self, moment: datetime) -> None:
        """Be at a moment, unless it is later already."""
        self._now = max(self._now, moment)

    async def quiet(self, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Return when nothing is on its way and every task waits for something; or at once, when `unless` says so."""
        while not unless():
            await self.traffic.at_rest()
            changes = self.traffic.changes
            await _some_steps(self.traffic)
            if self.traffic.changes == changes:
                await anyio.wait_all_tasks_blocked()
                if self.traffic.changes == changes:
                    return


async def wait_for(clock: Clock, event: anyio.Event, *, until: datetime | None, since: datetime) -> None:
    """Return when the event is set, or when the moment has come by the clock; None is a moment that never comes.

    The machine's clock may be set, or stand still with the machine, while somebody waits. So it is looked at again and
    again. Where it was set back this returns at once: `until` may have been reckoned by a clock that was wrong.

    Args:
        since: When one began to reckon `until`.
    """
    if isinstance(clock, SimulatedClock):
        await clock.wait_for(event, until=until)
    elif until is None:
        await event.wait()
    else:
        before = since
        while not event.is_set() and before <= (now := clock.now()) < until:
            before = now
            await _nap(clock, event, seconds=min((until - now).total_seconds(), LONGEST_NAP_SECONDS))


async def _nap(clock: Clock, event: anyio.Event, *, seconds: float) -> None:
    async with anyio.create_task_group() as tasks:

        async def wake() -> None:
            await event.wait()
            tasks.cancel_scope.cancel()

        tasks.start_soon(wake)
        await clock.sleep(seconds)
        tasks.cancel_scope.cancel()


async def wait_out(clock: Clock, limit: timedelta) -> None:
    """Return when so much time has passed: a limit on something that others are doing meanwhile.

    On the machine's clock it is as long whichever way that clock is set meanwhile.
    """
    if isinstance(clock, SimulatedClock):
        await clock.sleep_until(clock.now() + limit)
    else:
        await clock.sleep(limit.total_seconds())


async def _some_steps(traffic: Traffic) -> None:
    """Let asyncio take some steps, or fewer where something changes; on trio none.

    Without a task in between, which would wake up each time: it is done more often than anything else.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    done, changes = loop.create_future(), traffic.changes

    def step(left: int) -> None:
        if done.done():  # cancelled
            return
        if left == 0 or traffic.changes != changes:
            done.set_result(None)
        else:
            loop.call_soon(step, left - 1)

    loop.call_soon(step, STEPS_BEFORE_ASKING)
    await done

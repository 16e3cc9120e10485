"""Time for every actor: what an actor asks of a clock, and the simulated clock, which moves only when it is told to."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import anyio
import anyio.lowlevel

import impact_sdk

from .moments import LATEST, WITHIN, moment, timestamp
from .sleepers import Sleepers
from .traffic import Traffic

__all__ = ["Clock", "SimulatedClock", "moment", "timestamp"]

# Between two messages, or two looks into a database, there are a few steps of the event loop in which nothing is on its
# way although somebody is at work: up to five in the journeys of the library. Letting twice as many pass before we ask
# whether everything is blocked spares asyncio's 0.1 s nap in anyio.wait_all_tasks_blocked(). Trio has no such nap.
STEPS_BEFORE_ASKING = 10


class Clock(impact_sdk.Clock, Protocol):
    """What a server asks of time. The machine's and the simulated clock differ here, so that no server has to ask."""

    @property
    def traffic(self) -> Traffic | None:
        """Where a server notes its work, if the clock has to see that; None otherwise."""
        ...

    async def wait_for(self, event: anyio.Event, *, until: datetime | None, since: datetime) -> None:
        """Return when the event is set or the moment has come; None is a moment that never comes.

        Args:
            since: When the caller began to compute `until`.
        """
        ...

    async def wait_out(self, limit: timedelta) -> None:
        """Return after `limit`: a limit on something that others do meanwhile."""
        ...

    def survived(self, *expected: type[Exception]) -> tuple[type[Exception], ...]:
        """The exceptions that long-lived work survives, for an `except` clause.

        Args:
            expected: Those that a peer or a database can cause.
        """
        ...


class Ahead(Protocol):
    """What a simulated clock goes on to."""

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment that somebody waits for; None if there is none, or if it is not known here."""
        ...

    async def go_on(self, until: datetime | None, *, be_at: Callable[[datetime], None]) -> bool:
        """Let the next thing happen, at its moment; False if nothing happens by `until`.

        Args:
            be_at: Sets the clock to a moment.
        """
        ...


class NothingLeft(Exception):
    """A simulated clock had to go on, and nothing was left that could happen."""


class SimulatedClock:
    """A clock that stands still until `advance()`, and then goes from due moment to due moment.

    All actors have to be in this process, on one event loop and without threads: only then can the clock see that
    everything is quiet.

    Args:
        traffic: What is on its way between the actors.
        sleepers: Those who wait on this clock.
        ahead: What it goes on to; when left out, to the next of the sleepers.
    """

    def __init__(
        self,
        start: datetime,
        *,
        traffic: Traffic | None = None,
        sleepers: Sleepers | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self._now = start.astimezone(UTC)
        self.traffic = traffic or Traffic()
        self._sleepers = sleepers or Sleepers()
        self._ahead = ahead or self._sleepers
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
        """From now on only `advance()` and `run()` let time pass. `sleep()` waits for them."""
        self._is_driven = True

    async def sleep(self, seconds: float) -> None:
        """Wait; if nobody else moves the clock, let that time pass at once."""
        due = self._in(max(seconds, 0))
        if self._advancing or self._is_driven:
            await self.sleep_until(due)
        else:
            with self.traffic.resting():
                await self.advance_to(due)

    def _in(self, seconds: float) -> datetime:
        """The moment `seconds` from now; at most the end of the calendar."""
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
        """As `sleep_until()`, but a past moment still waits until everything is quiet."""
        await self._wait(anyio.Event(), until=moment)

    async def wait_for(self, event: anyio.Event, *, until: datetime | None, since: datetime | None = None) -> None:
        """Return when the event is set, or when the moment has come: then the event is set too."""
        if event.is_set() or (until is not None and until <= self._now):
            await anyio.lowlevel.checkpoint()
        elif until is None:
            await event.wait()
        else:
            await self._wait(event, until=until)

    async def _wait(self, event: anyio.Event, *, until: datetime) -> None:
        # A task that waits in the middle of a message holds nobody up: a server that will try again, for example.
        with self.traffic.resting():
            await self._sleepers.wait(event, until=max(until, self._now))

    async def wait_out(self, limit: timedelta) -> None:
        await self.sleep_until(self._now + limit)

    def survived(self, *expected: type[Exception]) -> tuple[type[Exception], ...]:
        """The expected ones. Any other is a mistake of ours, and ends the world.

        In simulated time nothing comes from outside unless somebody has asked for it. The server that has the world
        lives on.
        """
        return expected

    async def advance(self, by: timedelta) -> None:
        """Let `by` pass. Everything that becomes due on the way is done, in order, before this returns.

        If somebody already lets time pass with `run()`, this waits for them.
        """
        if by < timedelta():
            raise ValueError(f"a simulated clock goes forward only, not by {by}")
        if by > LATEST - self._now:
            raise ValueError(f"a simulated clock goes {WITHIN}; it is {timestamp(self._now)}, so not by {by}")
        await self.advance_to(self._now + by)

    async def advance_to(self, end: datetime) -> None:
        """As `advance()`, to a moment; a past moment only waits until everything is quiet."""
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
        """Let time pass, from one due moment to the next, until it is over.

        Args:
            is_over: Called whenever everything is quiet.
            instead: Called then too. True if it has set something in motion, so that time has to wait.
            until: The moment at which it is over in any case.

        Raises:
            NothingLeft: It is not over, but nobody waits for any moment, so nothing can happen any more.
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
            raise RuntimeError(f"somebody already advances this clock; it is {timestamp(self._now)}")
        self._advancing, self._running = True, running
        try:
            while True:
                await self.quiet(unless=is_over)
                if is_over():
                    return
                if instead() or await self._ahead.go_on(until, be_at=self.be_at_least):
                    continue
                if until is None:
                    raise NothingLeft(f"nothing is left that could happen, at {timestamp(self._now)}")
                self.be_at_least(until)
                return
        finally:
            self._advancing = self._running = False

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment that somebody waits for; None if there is none, or if it is not known here."""
        return self._ahead.next_due

    def be_at_least(self, moment: datetime) -> None:
        """Go to a moment, unless it has passed."""
        self._now = max(self._now, moment)

    async def quiet(self, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Return when nothing is on its way and every task waits for something, or as soon as `unless` is true."""
        while not unless():
            await self.traffic.at_rest()
            changes = self.traffic.changes
            await _some_steps(self.traffic)
            if self.traffic.changes == changes:
                await anyio.wait_all_tasks_blocked()
                if self.traffic.changes == changes:
                    return


async def _some_steps(traffic: Traffic) -> None:
    """Let asyncio take some steps, or fewer if something changes; on trio none.

    Nothing runs more often than this, so it wakes no task in between.
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

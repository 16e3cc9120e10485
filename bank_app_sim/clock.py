"""One clock for every actor: the machine's, or a simulated one that moves when it is told to."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel

from impact_sdk import Clock, SystemClock

from .traffic import Traffic

__all__ = ["Clock", "SimulatedClock", "SystemClock", "moment", "timestamp"]

# Between two messages, or two looks into a database, there are a few steps of the event loop in which nothing is on its
# way and somebody is at work all the same: up to five in the journeys of the library. Letting three times as many pass
# before we ask whether everything is blocked spares asyncio's 0.1 s nap in anyio.wait_all_tasks_blocked().
STEPS_BEFORE_ASKING = 15


def timestamp(at: datetime) -> str:
    """An RFC 3339 text in UTC with microseconds, of fixed width: texts sort as the moments do."""
    # Not strftime(): on Linux its %Y is of one to four digits, and it takes ten times as long.
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The aware moment that an RFC 3339 text names; ValueError where it names none, or has no offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset")
    return at.astimezone(UTC)


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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {timestamp(self._now)}>"

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once when nobody else moves the clock: the caller would do nothing but wait."""
        due = self._now + timedelta(seconds=max(seconds, 0))
        if self._advancing:
            await self.sleep_until(due)
        else:
            await self.advance_to(due)

    async def sleep_until(self, moment: datetime) -> None:
        if moment <= self._now:
            await anyio.lowlevel.checkpoint()
        else:
            await self._sleep(moment)

    async def _sleep(self, moment: datetime) -> None:
        sleeper = (moment, next(self._order), anyio.Event())
        heapq.heappush(self._sleepers, sleeper)
        try:
            await sleeper[2].wait()
        except BaseException:  # cancelled: nobody is to be woken any more
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
                heapq.heapify(self._sleepers)
            raise

    async def advance(self, by: timedelta) -> None:
        """Let `by` pass; everything that becomes due on the way is done, in order, before this returns.

        While somebody else lets time pass already, with `run()`, this waits for that.
        """
        if by < timedelta():
            raise ValueError(f"a simulated clock goes forward only, not by {by}")
        await self.advance_to(self._now + by)

    async def advance_to(self, end: datetime) -> None:
        """As `advance()`, to a moment; a moment in the past only waits until everything is quiet."""
        if self._running:
            await self._sleep(max(end, self._now))  # nobody is woken before everything is quiet
            return
        if self._advancing:
            raise RuntimeError(f"the clock is being advanced already; it is {timestamp(self._now)}")
        self._advancing = True
        try:
            await self.quiet()
            while self._sleepers and self._sleepers[0][0] <= end:
                await self._wake_next()
                await self.quiet()
            await self._move(end)
        finally:
            self._advancing = False

    async def run(self, is_over: Callable[[], bool], *, instead: Callable[[], bool] = lambda: False) -> None:
        """Let time pass as far as somebody waits for it, until it is over.

        Args:
            is_over: Asked whenever everything is quiet.
            instead: Asked then too: True when it has set something in motion, so that no time is to pass yet.

        Raises:
            NothingLeft: It is not over, and nobody waits for any moment: nothing can happen any more.
        """
        if self._advancing:
            raise RuntimeError(f"the clock is being advanced already; it is {timestamp(self._now)}")
        self._advancing = self._running = True
        try:
            while True:
                await self.quiet(unless=is_over)
                if is_over():
                    return
                if instead():
                    continue
                if not self._sleepers:
                    raise NothingLeft(f"nothing is left that could happen, at {timestamp(self._now)}")
                await self._wake_next()
        finally:
            self._advancing = self._running = False

    async def _wake_next(self) -> None:
        await self._move(self._sleepers[0][0])
        _, _, woken = heapq.heappop(self._sleepers)
        woken.set()

    async def _move(self, moment: datetime) -> None:
        """Be at a moment, unless it is later already."""
        self._now = max(self._now, moment)

    async def quiet(self, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Return when nothing is on its way and every task waits for something; or at once, when `unless` says so."""
        while not unless():
            await self.traffic.nothing()
            for _ in range(STEPS_BEFORE_ASKING):
                await anyio.lowlevel.checkpoint()
                if self.traffic.count or unless():
                    break
            else:
                await anyio.wait_all_tasks_blocked()
                if not self.traffic.count:
                    return

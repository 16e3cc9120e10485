"""One clock for every actor: the machine's, or a simulated one that moves when it is told to."""

import heapq
import itertools
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel

from impact_sdk import Clock, SystemClock

__all__ = ["Clock", "SimulatedClock", "SystemClock", "moment", "timestamp"]

# A request between two actors in this process is a few dozen steps of the event loop. Letting that many pass before
# we ask whether everything is blocked spares asyncio's 0.1 s nap in anyio.wait_all_tasks_blocked().
STEPS_BEFORE_ASKING = 100


def timestamp(at: datetime) -> str:
    """An RFC 3339 text in UTC with microseconds, of fixed width: texts sort as the moments do."""
    # Not strftime(): on Linux its %Y is of one to four digits, and it takes ten times as long.
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The aware moment that an RFC 3339 text names; ValueError where it names none, or has no offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset")
    return at.astimezone(UTC)


class SimulatedClock:
    """A clock that stands still until `advance()`, and then goes from due moment to due moment.

    It needs every actor in this process and on one event loop, without threads: only then can it see that everything
    is quiet.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, anyio.Event]] = []
        self._order = itertools.count()
        self._advancing = False

    def __repr__(self) -> str:
        return f"<SimulatedClock {timestamp(self._now)}>"

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
            return
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
        """Let `by` pass; everything that becomes due on the way is done, in order, before this returns."""
        if by < timedelta():
            raise ValueError(f"a simulated clock goes forward only, not by {by}")
        await self.advance_to(self._now + by)

    async def advance_to(self, end: datetime) -> None:
        """As `advance()`, to a moment; a moment in the past only waits until everything is quiet."""
        if self._advancing:
            raise RuntimeError(f"the clock is being advanced already; it is {timestamp(self._now)}")
        self._advancing = True
        try:
            while True:
                await _everything_is_quiet()
                if not self._sleepers or self._sleepers[0][0] > end:
                    break
                due, _, woken = heapq.heappop(self._sleepers)
                self._now = max(self._now, due)
                woken.set()
            self._now = max(self._now, end)
        finally:
            self._advancing = False


async def _everything_is_quiet() -> None:
    for _ in range(STEPS_BEFORE_ASKING):
        await anyio.lowlevel.checkpoint()
    await anyio.wait_all_tasks_blocked()

"""The machine's time, for servers."""

from datetime import datetime, timedelta

import anyio
import attrs

from impact_sdk import Clock, SystemClock

# A task that waits on the machine's clock notices this soon that somebody has set the clock.
LONGEST_NAP_SECONDS = 1.0


@attrs.frozen
class MachineClock:
    """The machine's clock, which may be set, or stand still with the machine, while somebody waits.

    Attributes:
        traffic: None: nobody has to know what is on its way.

    Args:
        clock: Tells the time and naps.
    """

    _clock: Clock = attrs.field(factory=SystemClock)
    traffic: None = attrs.field(default=None, init=False)

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    async def sleep_until(self, moment: datetime) -> None:
        await self._clock.sleep_until(moment)

    async def wait_for(self, event: anyio.Event, *, until: datetime | None, since: datetime) -> None:
        """Return when the event is set or the moment has come, or when the clock was set back.

        If it was set back, whoever computed `until` may have used a wrong time and has to look again.
        """
        if until is None:
            await event.wait()
            return
        before = since
        while not event.is_set() and before <= (now := self.now()) < until:
            before = now
            await self._nap(event, seconds=min((until - now).total_seconds(), LONGEST_NAP_SECONDS))

    async def _nap(self, event: anyio.Event, *, seconds: float) -> None:
        async with anyio.create_task_group() as tasks:

            async def wake() -> None:
                await event.wait()
                tasks.cancel_scope.cancel()

            tasks.start_soon(wake)
            await self.sleep(seconds)
            tasks.cancel_scope.cancel()

    async def wait_out(self, limit: timedelta) -> None:
        """Return after `limit`, even if the clock is set meanwhile."""
        await self.sleep(limit.total_seconds())

    def survived(self, *_expected: type[Exception]) -> tuple[type[Exception], ...]:
        """All exceptions: a server lives on, whatever its peers and its database do."""
        return (Exception,)

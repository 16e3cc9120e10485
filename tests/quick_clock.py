"""A fast clock for tests that need the machine's clock but cannot wait for it."""

import time
from datetime import UTC, datetime, timedelta

import anyio


class QuickClock:
    """A clock that runs many times as fast as the machine's, and can be set.

    For all code under test it is the machine's clock, not a simulated one.

    Attributes:
        set_by: How far it was set forward.
    """

    def __init__(self, start: datetime = datetime(2027, 1, 4, 8, tzinfo=UTC), *, times: float = 1_000) -> None:
        self._start = start
        self._began = time.monotonic()
        self._times = times
        self.set_by = timedelta()

    def now(self) -> datetime:
        passed = timedelta(seconds=(time.monotonic() - self._began) * self._times)
        return self._start + passed + self.set_by

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(max(seconds, 0) / self._times)

    async def sleep_until(self, moment: datetime) -> None:
        while (left := (moment - self.now()).total_seconds()) > 0:
            await self.sleep(left)

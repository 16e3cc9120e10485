"""A clock whose waits take no time and are remembered."""

from datetime import UTC, datetime, timedelta

import anyio


class FixedClock:
    def __init__(self) -> None:
        self.moment = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)

    async def sleep_until(self, moment: datetime) -> None:
        await anyio.sleep_forever()

"""Where the SDK reads the time and waits; a simulation passes its own."""

from datetime import UTC, datetime
from typing import Protocol

import anyio


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
    """The machine's own time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`; not at all where they are 0 or fewer."""
        await anyio.sleep(max(seconds, 0))

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until `moment`; not at all where it has passed."""
        # The wall clock may be set back while we sleep, so look again when we wake.
        while (left := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await anyio.sleep(left)

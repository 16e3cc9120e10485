"""How long an event loop stands still."""

import time

import anyio
import attrs

BEAT_SECONDS = 0.01

# A user notices if nothing moves for a quarter of a second. This is a little more, because machines have gaps too.
STANDSTILL_SECONDS = 0.3


@attrs.define(eq=False)
class Pulse:
    """Beats on an event loop, and measures the longest gap between two beats. Other threads may read it."""

    last_beat_at: float = attrs.field(factory=time.monotonic)
    _longest_gap_seconds: float = 0.0

    async def run(self) -> None:
        """Beat until cancelled."""
        self.last_beat_at = time.monotonic()
        while True:
            await anyio.sleep(BEAT_SECONDS)
            self._longest_gap_seconds = max(self._longest_gap_seconds, self.silent_seconds)
            self.last_beat_at = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """How long the next beat is overdue, now."""
        return max(time.monotonic() - self.last_beat_at - BEAT_SECONDS, 0.0)

    @property
    def longest_gap_seconds(self) -> float:
        """The longest gap since the last `forget()`."""
        return max(self._longest_gap_seconds, self.silent_seconds)

    def forget(self) -> None:
        self._longest_gap_seconds = 0.0

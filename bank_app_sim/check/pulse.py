"""How long an event loop stands still."""

import time

import anyio
import attrs

BEAT_SECONDS = 0.01

# A user notices when nothing moves for a quarter of a second; a little more, for the machine's own sake.
STANDSTILL_SECONDS = 0.3


@attrs.define(eq=False)
class Pulse:
    """Beats on an event loop, and knows the longest time that it could not. Other threads may look."""

    last_beat_at: float = attrs.field(factory=time.monotonic)
    _longest_gap_seconds: float = 0.0

    async def run(self) -> None:
        """For ever."""
        self.last_beat_at = time.monotonic()
        while True:
            await anyio.sleep(BEAT_SECONDS)
            self._longest_gap_seconds = max(self._longest_gap_seconds, self.silent_seconds)
            self.last_beat_at = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """For how long it has not beaten, by now."""
        return max(time.monotonic() - self.last_beat_at - BEAT_SECONDS, 0.0)

    @property
    def longest_gap_seconds(self) -> float:
        """Since the last `forget()`."""
        return max(self._longest_gap_seconds, self.silent_seconds)

    def forget(self) -> None:
        self._longest_gap_seconds = 0.0

"""Work that is due at a moment: done when it comes, or as soon as something new is written down."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import anyio

from .clock import Clock


class DueWork:
    """Runs what has become due, for as long as its actor lives.

    The work itself is rows in the actor's database, so that it survives the process; this only knows when to look.

    Args:
        run_due: Does everything that is due by now and returns the moment at which to look again, or None.
    """

    def __init__(self, clock: Clock, run_due: Callable[[], Awaitable[datetime | None]]) -> None:
        self._clock = clock
        self._run_due = run_due
        self._woken = anyio.Event()

    def wake(self) -> None:
        """Look again now: a row was written whose moment may be nearer than the one we wait for."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken = anyio.Event()
            next_due = await self._run_due()
            await self._wait(next_due)

    async def _wait(self, next_due: datetime | None) -> None:
        if next_due is None:
            await self._woken.wait()
            return

        async def alarm(moment: datetime) -> None:
            await self._clock.sleep_until(moment)
            waiting.cancel_scope.cancel()

        async with anyio.create_task_group() as waiting:
            waiting.start_soon(alarm, next_due)
            await self._woken.wait()
            waiting.cancel_scope.cancel()

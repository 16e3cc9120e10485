"""Work that is due at a moment: done when it comes, or as soon as something new is written down."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import anyio

from ..timeline.clock import Clock
from .attempts import Retried


class DueWork:
    """Runs what has become due, for as long as its actor lives.

    The work itself is rows in the actor's database, so that it survives the process; this only knows when to look.
    Whatever goes wrong with a look, there is another one after a while (see `attempts`).

    Args:
        what: What it is, for the log.
        run_due: Does everything that is due by now and returns the moment at which to look again, or None.
        look_every: The longest time between two looks, where other processes may write down work as well.
    """

    def __init__(
        self,
        what: str,
        clock: Clock,
        run_due: Callable[[], Awaitable[datetime | None]],
        *,
        look_every: timedelta | None = None,
    ) -> None:
        self._clock = clock
        self._run_due = run_due
        self._look_every = look_every
        self._retried = Retried(what, clock)
        self._woken = anyio.Event()

    def wake(self) -> None:
        """Look again now: a row was written whose moment may be nearer than the one we wait for."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken = anyio.Event()
            since = self._clock.now()
            next_look = await self._look()
            await self._clock.wait_for(self._woken, until=next_look, since=since)

    async def _look(self) -> datetime | None:
        """Do what is due; the moment of the next look."""
        next_due = await self._retried.attempt(self._run_due, otherwise=None)
        if self._retried.not_before is not None:
            return self._retried.not_before
        if self._look_every is None:
            return next_due
        next_look = self._clock.now() + self._look_every
        return next_look if next_due is None else min(next_due, next_look)

"""Runs work when it is due, or as soon as somebody has added more."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import anyio

from ..timeline.clock import Clock
from .attempts import Retried


class DueWork:
    """Runs the due work of an actor, until cancelled.

    The work itself is rows in the actor's database, so that it survives the process. This only knows when to look.
    After a look that fails there is always another one (see `attempts`).

    Args:
        what: The name of the work, for the log.
        run_due: Does everything that is due now. Returns the moment of the next look, or None.
        look_every: The longest time between two looks, if other processes may add work too.
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
        """Look again now: somebody has written a row that may be due earlier than the moment we wait for."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken = anyio.Event()
            since = self._clock.now()
            next_look = await self._look()
            await self._clock.wait_for(self._woken, until=next_look, since=since)

    async def _look(self) -> datetime | None:
        """Do what is due; returns the moment of the next look."""
        next_due = await self._retried.attempt(self._run_due, otherwise=None)
        if self._retried.not_before is not None:
            return self._retried.not_before
        if self._look_every is None:
            return next_due
        next_look = self._clock.now() + self._look_every
        return next_look if next_due is None else min(next_due, next_look)

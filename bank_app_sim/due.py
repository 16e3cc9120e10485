"""Work that is due at a moment: done when it comes, or as soon as something new is written down."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import anyio

from .clock import Clock, wait_for
from .database import DatabaseError

logger = logging.getLogger(__name__)


class DueWork:
    """Runs what has become due, for as long as its actor lives.

    The work itself is rows in the actor's database, so that it survives the process; this only knows when to look.

    Args:
        run_due: Does everything that is due by now and returns the moment at which to look again, or None.
        look_every: The longest time between two looks, where other processes may write down work as well. A database
            that such processes share may also be away for a while: the next look is another attempt.
    """

    def __init__(
        self,
        clock: Clock,
        run_due: Callable[[], Awaitable[datetime | None]],
        *,
        look_every: timedelta | None = None,
    ) -> None:
        self._clock = clock
        self._run_due = run_due
        self._look_every = look_every
        self._woken = anyio.Event()

    def wake(self) -> None:
        """Look again now: a row was written whose moment may be nearer than the one we wait for."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken = anyio.Event()
            next_look = await self._look()
            await wait_for(self._clock, self._woken, until=next_look)

    async def _look(self) -> datetime | None:
        """Do what is due; the moment of the next look."""
        if self._look_every is None:
            return await self._run_due()
        try:
            next_due = await self._run_due()
        except DatabaseError as error:
            logger.warning("work that is due has to wait: %s", error)
            next_due = None
        next_look = self._clock.now() + self._look_every
        return next_look if next_due is None else min(next_due, next_look)

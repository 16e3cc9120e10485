"""Deletes expired rows from time to time."""

import functools
from datetime import datetime

from ..server.database import Database
from ..timeline.clock import Clock, moment, timestamp
from . import purging


class DuePurge:
    """The next purge, and the moment of the last one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._purged_at = database.run_now(lambda connection: purging.last(connection, timestamp(clock.now())))

    async def purge(self) -> datetime:
        """Delete all expired rows if a purge is due; the moment of the next one."""
        now = timestamp(self._clock.now())
        if purging.due_at(self._purged_at, now) <= now:
            while await self._database.run(functools.partial(purging.purge_some, now=now)):
                pass
            self._purged_at = now
        return moment(purging.due_at(self._purged_at, now))

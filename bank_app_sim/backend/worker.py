"""`Worker`: does the bank's work as it falls due."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from ..server.attempts import Retried
from ..server.database import Connection, Database
from ..server.due import DueWork
from ..timeline.clock import Clock, moment, timestamp
from .store import looks

Work = Callable[[], Awaitable[None]]


class Worker:
    """Does the work of several tables as their rows fall due.

    Args:
        works: The work on each table, by the table's name, in the order in which it is done.
        longest: The longest that a row of a table may have to wait, if that is not `LONGEST_WAIT`.
    """

    def __init__(
        self, database: Database, clock: Clock, works: Mapping[str, Work], *, longest: Mapping[str, timedelta]
    ) -> None:
        self._database = database
        self._clock = clock
        self._longest = longest
        # Each retries on its own: one that fails does not hold up the others.
        self._works = {table: (Retried(f"the bank's work on {table}", clock), work) for table, work in works.items()}
        self._due = DueWork("the bank's look for work", clock, self.work_off, look_every=database.look_every)

    def wake(self) -> None:
        """Look for work now."""
        self._due.wake()

    async def run(self) -> None:
        """Do work as it falls due, for ever."""
        await self._due.run()

    async def work_off(self) -> datetime | None:
        """Do what is due by now; returns when something will be due again, or None for never."""
        while True:
            found = await self._database.run(self._next_looks, reads_only=True)
            waiting = {table: self._next_attempt(table, at) for table, at in found.items() if table in self._works}
            now = timestamp(self._clock.now())
            due = [table for table in self._works if table in waiting and waiting[table] <= now]
            if not due:
                return moment(min(waiting.values())) if waiting else None
            for table in due:
                retried, work = self._works[table]
                await retried.attempt(work, otherwise=None)

    def _next_looks(self, connection: Connection) -> Mapping[str, str]:
        return looks.next_looks(connection, now=timestamp(self._clock.now()), longest=self._longest)

    def _next_attempt(self, table: str, due_at: str) -> str:
        retried, _ = self._works[table]
        return max(due_at, timestamp(retried.not_before)) if retried.waits and retried.not_before else due_at

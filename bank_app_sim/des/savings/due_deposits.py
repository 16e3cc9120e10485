"""Prepares the deposits that fall due."""

import functools
import logging
from collections.abc import Callable
from datetime import datetime

import attrs

from ...server.attempts import why
from ...server.database import Connection, Database
from ...server.ids import Ids
from ...timeline.clock import Clock, timestamp
from ..events import events
from ..outbox import Outbox
from . import launching

logger = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class DueDeposits:
    """The deposits of all launches whose moment has come.

    Attributes:
        woken: Called when there are events to send.
    """

    database: Database
    clock: Clock
    ids: Ids
    woken: Callable[[], None]

    async def prepare(self) -> datetime | None:
        """Prepare all deposits that are due by now; the moment at which to look again."""
        while (next_due := await self.database.run(launching.next_due, reads_only=True)) is not None:
            if next_due > self.clock.now():
                break
            try:
                is_some = await self.database.run(self._prepare_some)
            except self.clock.survived():  # one launch may keep the others of its batch waiting
                is_some = await self._prepare_each()
            if is_some:
                self.woken()
        return next_due

    async def _prepare_each(self) -> bool:
        """Prepare each launch of a batch by itself, and put off one that fails, so that the others need not wait."""
        now = timestamp(self.clock.now())
        for launch_id in await self.database.run(functools.partial(launching.due, now=now), reads_only=True):
            try:
                await self.database.run(functools.partial(self._prepare_some, only=launch_id))
            except self.clock.survived() as error:
                until = timestamp(self.clock.now() + launching.PUT_OFF)
                await self.database.run(functools.partial(launching.put_off, launch_id=launch_id, until=until))
                logger.error("launch %s cannot be run before %s: %s", launch_id, until, why(error), exc_info=error)
        return True

    def _prepare_some(self, connection: Connection, *, only: str | None = None) -> bool:
        now, outbox = timestamp(self.clock.now()), Outbox()
        is_some = launching.prepare_due(connection, now=now, ids=self.ids, outbox=outbox, only=only)
        events.write(connection, outbox, now=now, ids=self.ids)
        return is_some

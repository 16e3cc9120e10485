"""`Desk`: what each part of the bank that takes due steps works with."""

import functools
import logging
from typing import TypeVar

import attrs

from ..server.attempts import mistake, wait_after, why
from ..server.database import Database
from ..timeline.clock import Clock, timestamp
from .crash_points import Crash
from .gateway import Gateway
from .store.claims import LEASE, DueRow, DueRows

logger = logging.getLogger(__name__)

R = TypeVar("R", bound=DueRow)


@attrs.frozen(kw_only=True)
class Desk:
    """The bank's database and clock, and its way to DES.

    Attributes:
        crash: Called at each crash point, with its name.
    """

    database: Database
    gateway: Gateway
    clock: Clock
    crash: Crash

    async def claim(self, due: DueRows[R]) -> list[R]:
        """Claim a batch of rows that are due, for as long as `LEASE`."""
        now = self.clock.now()
        return await self.database.run(functools.partial(due.claim, now=timestamp(now), until=timestamp(now + LEASE)))

    async def postpone(
        self, due: DueRows[R], row: R, error: Exception, *, what: str, is_expected: bool = False
    ) -> None:
        """Write down that a row's step failed, and when to try again.

        Args:
            what: What the failure means, for the log.
            is_expected: Log no traceback, whatever the error is.
        """
        due_at = self.log_failure(what, error, failures=row.attempts + 1, is_expected=is_expected)
        await self.database.run(functools.partial(due.postpone, row=row, due_at=due_at, last_error=why(error)))

    def log_failure(self, what: str, error: Exception, *, failures: int, is_expected: bool = False) -> str:
        """Log a failure; returns when to try again.

        Args:
            failures: How often it has failed in a row, this time included.
        """
        due_at = timestamp(self.clock.now() + wait_after(failures))
        traceback = None if is_expected else mistake(error, failures=failures)
        logger.warning("%s until %s: %s", what, due_at, why(error), exc_info=traceback)
        return due_at

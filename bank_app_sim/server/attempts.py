"""Tries failing work again: the log says it once, the next attempt comes after a while, and the server lives on.

Every long-lived task of a server does its work with this, so that no exception ends the task, whatever a peer answers
and whatever the database does.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import attrs

from impact_sdk import ImpactError

from ..timeline.clock import Clock, timestamp
from .database import DatabaseError

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)

# More than enough for the longest wait, and few enough for a timedelta.
MOST_DOUBLINGS = 20

# A peer may say anything of any length, and we store it.
LONGEST_REASON = 1_000


def wait_after(failures: int) -> timedelta:
    """How long to wait after this many failures in a row, from 1: twice as long each time, up to `LONGEST_WAIT`.

    There is no last attempt: we never give up money or accounts.
    """
    return min(FIRST_WAIT * (1 << min(failures - 1, MOST_DOUBLINGS)), LONGEST_WAIT)


def why(error: BaseException) -> str:
    """Why an attempt failed, as a text that every database accepts: no NUL, no lone surrogate, and not too long."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    text = f"{type(error).__name__}: {error}"[:LONGEST_REASON].replace("\0", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()


def mistake(error: Exception, *, failures: int) -> Exception | None:
    """The error, if it is a mistake of ours and the first in a row: then the log shows its traceback.

    An error of a peer, of the database or of the machine is none, and says enough without a traceback.
    """
    return None if failures > 1 or isinstance(error, ImpactError | DatabaseError | OSError) else error


@attrs.define(eq=False)
class Retried:
    """One piece of work that is done again and again.

    Attributes:
        what: The name of the work, for the log, such as `sending webhooks`.
        failures: Failed attempts in a row.
        not_before: When to try again; None after a success.
    """

    what: str
    clock: Clock
    failures: int = attrs.field(default=0, init=False)
    not_before: datetime | None = attrs.field(default=None, init=False)
    _is_said: bool = attrs.field(default=False, init=False)

    @property
    def waits(self) -> bool:
        """Whether it is too early for another attempt."""
        if self.not_before is None:
            return False
        # A moment later than any wait comes from a clock that somebody has set back since.
        return self.clock.now() < self.not_before <= self.clock.now() + LONGEST_WAIT

    async def attempt(self, work: Callable[[], Awaitable[T]], *, otherwise: T) -> T:
        """What the work returns, or `otherwise` if it fails. The log has the first of several failures in a row.

        It does not have a `DatabaseError`: the database logs that itself, once for everybody.
        """
        try:
            done = await work()
        except self.clock.survived() as error:
            self._failed(error)
            return otherwise
        if self._is_said:
            logger.warning("%s goes on again after %d failed attempts", self.what, self.failures)
        self.failures, self.not_before, self._is_said = 0, None, False
        return done

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self.not_before = self.clock.now() + wait_after(self.failures)
        if not self._is_said and not isinstance(error, DatabaseError):
            self._is_said = True
            again, found = timestamp(self.not_before), mistake(error, failures=1)
            logger.error("%s failed, and is tried again at %s: %s", self.what, again, why(error), exc_info=found)

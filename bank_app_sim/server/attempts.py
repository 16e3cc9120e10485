"""What becomes of work that fails: it is said once and tried again after a while, and the server lives on.

Every long-lived task of a server does its work by this, so that no exception leaves one: whatever a peer answers, and
whatever its own database does.
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

# Enough to be far beyond the longest wait, and few enough for a timedelta to hold.
MOST_DOUBLINGS = 20

# What a peer says may be of any length, and is written down.
LONGEST_REASON = 1_000


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, from 1: twice as long each time, up to `LONGEST_WAIT`.

    There is no last attempt: money and accounts are not given up on.
    """
    return min(FIRST_WAIT * (1 << min(failures - 1, MOST_DOUBLINGS)), LONGEST_WAIT)


def why(error: BaseException) -> str:
    """Why an attempt failed, as a text that every database takes: no NUL, no half of a character, and not too long."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    text = f"{type(error).__name__}: {error}"[:LONGEST_REASON].replace("\0", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()


def survived(clock: Clock, *expected: type[Exception]) -> tuple[type[Exception], ...]:
    """As the clock has it."""
    return clock.survived(*expected)


def mistake(error: Exception, *, failures: int) -> Exception | None:
    """The error, for its traceback in the log, where it is a mistake of ours to be found, and the first of its kind.

    That a peer, the database or the machine cannot be used is none; they have said why.
    """
    return None if failures > 1 or isinstance(error, ImpactError | DatabaseError | OSError) else error


@attrs.define(eq=False)
class Retried:
    """One piece of work that is done again and again.

    Attributes:
        what: What it is, for the log, such as `sending webhooks`.
        failures: Failed attempts in a row.
        not_before: When to try again; None when the last attempt went well.
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
        # A moment that no wait leads to was reckoned by a clock that has been set back since.
        return self.clock.now() < self.not_before <= self.clock.now() + LONGEST_WAIT

    async def attempt(self, work: Callable[[], Awaitable[T]], *, otherwise: T) -> T:
        """What the work returns; `otherwise` where it fails. Of failures in a row the first is in the log.

        But for a database that cannot be used: it says so itself, once for all that work with it.
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

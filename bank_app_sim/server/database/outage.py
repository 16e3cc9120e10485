"""A time in which a database cannot be used: logged once when it begins, and once when it ends."""

import logging
import time
from collections.abc import Callable

import attrs

from .errors import Away, CommitUnknown, Damaged, DatabaseError, Full, Locked

logger = logging.getLogger(__name__)

TROUBLE = (Away, Locked, Full, Damaged, CommitUnknown)

# A full disk still takes a small row now and then, and a damaged one has pages that can be read. So the same trouble
# within this time is the same outage.
SAME_WITHIN_SECONDS = 60.0


@attrs.define(eq=False)
class Outage:
    """Whether a database can be used at the moment.

    Attributes:
        name: The database, for the log.
        failures: How many units of work have failed since the outage began; 0 if there is none.
    """

    name: str
    monotonic: Callable[[], float] = time.monotonic
    failures: int = attrs.field(default=0, init=False)
    _kind: type[DatabaseError] | None = attrs.field(default=None, init=False)
    _began: float = attrs.field(default=0.0, init=False)
    _last: float = attrs.field(default=0.0, init=False)

    def note(self, error: DatabaseError) -> None:
        """A unit of work failed for this reason."""
        if not isinstance(error, TROUBLE):  # the database is closed, or is not what the caller expects
            return
        now = self.monotonic()
        is_same = type(error) is self._kind and (self.failures > 0 or now < self._last + SAME_WITHIN_SECONDS)
        self._began = self._began if self.failures else now
        self.failures += 1
        self._kind, self._last = type(error), now
        if not is_same:
            logger.error("%s: %s; until it can be used again, requests are answered with 503", self.name, error)

    def is_over(self) -> None:
        """A unit of work was committed."""
        seconds = self.monotonic() - self._began
        logger.warning("%s: can be used again, after %.0f seconds (%d failures)", self.name, seconds, self.failures)
        self.failures = 0

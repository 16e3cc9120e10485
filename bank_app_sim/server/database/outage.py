"""A time in which a database cannot be used: said once when it begins, and once when it is over."""

import logging
import time
from collections.abc import Callable

import attrs

from .errors import Away, CommitUnknown, Damaged, DatabaseError, Full, Locked

logger = logging.getLogger(__name__)

TROUBLE = (Away, Locked, Full, Damaged, CommitUnknown)

# A disk that is full takes a small row every so often, and one that is damaged has pages that can be read: what comes
# again within this time is the same outage.
SAME_WITHIN_SECONDS = 60.0


@attrs.define(eq=False)
class Outage:
    """What is wrong with a database at the moment, if anything is.

    Attributes:
        name: Of the database, for the log.
        failures: Units of work that were not done since it began.
    """

    name: str
    monotonic: Callable[[], float] = time.monotonic
    failures: int = attrs.field(default=0, init=False)
    _kind: type[DatabaseError] | None = attrs.field(default=None, init=False)
    _began: float = attrs.field(default=0.0, init=False)
    _last: float = attrs.field(default=0.0, init=False)

    def note(self, error: DatabaseError) -> None:
        """A unit of work was not done, because of this."""
        if not isinstance(error, TROUBLE):  # it is closed, or not what it was taken for
            return
        now = self.monotonic()
        is_same = type(error) is self._kind and (self.failures > 0 or now < self._last + SAME_WITHIN_SECONDS)
        self._began = self._began if self.failures else now
        self.failures += 1
        self._kind, self._last = type(error), now
        if not is_same:
            logger.error("%s: %s; until it can be used again, requests are answered with 503", self.name, error)

    def is_over(self) -> None:
        """Something was written down."""
        seconds = self.monotonic() - self._began
        logger.warning("%s: can be used again, after %.0f seconds (%d failures)", self.name, seconds, self.failures)
        self.failures = 0

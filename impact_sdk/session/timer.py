"""The timer of a session: when the host is asked for a new token, when the session ends, and the wait for both."""

from collections.abc import Callable
from datetime import datetime, timedelta

import anyio

from ..clock import Clock
from ..parsing.server_time import LAST
from .renewal import Event

# The host has this long to get a token: it is asked this long before the end.
# docs/des.md 5.8
ASKED_BEFORE_END = timedelta(seconds=30)


class ExpiryTimer:
    """Knows when a session ends, by this machine's clock.

    Attributes:
        expires_at: When DES ends the session.
        deadline: When the session ends here. That is `expires_at`, unless DES has lost the session: then it is when
            the host's time for a new token is over.
    """

    def __init__(self, expires_at: datetime, clock: Clock) -> None:
        self._clock = clock
        self._sleep = anyio.CancelScope()
        self.deadline = LAST
        self.ends_at(expires_at)

    def ends_at(self, moment: datetime) -> None:
        """DES says when the session ends."""
        now = self._clock.now()
        # At least half of a session shorter than a minute passes before the host is asked.
        self._ask_at = moment - min(ASKED_BEFORE_END, max(moment - now, timedelta()) / 2)
        is_sooner = moment < self.deadline
        self.expires_at = self.deadline = moment
        if is_sooner:  # the wait sees a later end when it wakes up
            self.wake()

    def host_deadline(self) -> datetime:
        """When the time of a host that is asked now is over."""
        return self._clock.now() + ASKED_BEFORE_END

    def set_deadline(self, moment: datetime) -> None:
        self.deadline = moment
        self.wake()

    def wake(self) -> None:
        """Let the wait look again."""
        self._sleep.cancel()

    async def next_event(self, may_ask: Callable[[], bool]) -> Event | None:
        """Wait for what is due next; None if something else has happened first.

        Args:
            may_ask: Whether the host can be asked for a new token.
        """
        come = None
        with anyio.CancelScope() as self._sleep:
            due, _ = self._next_due(may_ask)
            await self._clock.sleep_until(due)
            come = due  # it has come, even if the clock was set back meanwhile
        moment, event = self._next_due(may_ask)  # much may have happened meanwhile
        return event if moment == come or self._clock.now() >= moment else None

    def _next_due(self, may_ask: Callable[[], bool]) -> tuple[datetime, Event]:
        if may_ask() and self._clock.now() < self.deadline:
            return self._ask_at, Event.RENEWAL_DUE
        return self.deadline, Event.END_REACHED

"""What DES has said of a session, always the newest: its cookie, its settings and its end."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..clock import Clock
from ..http.cookies import SessionCookie
from ..http.replies import Reply
from ..models import SessionRenewal, SessionSettings
from ..parsing import server_time
from ..parsing.server_time import later
from .exits import is_at_maximum
from .launch import Begun
from .timer import ExpiryTimer


class Validity:
    """The cookie and the settings of one session; sets its timer."""

    _heard: tuple[Mapping[str, str], datetime]

    def __init__(self, begun: Begun, clock: Clock) -> None:
        self.settings, self.cookie = begun.settings, begun.cookie
        self.timer = ExpiryTimer(begun.expires_at, clock)

    def begin(self, begun: Begun) -> None:
        """DES has begun another session in place of this one."""
        self.settings, self.cookie = begun.settings, begun.cookie
        self.timer.ends_at(begun.expires_at)

    def answered(self, reply: Reply) -> None:
        """DES has answered in the session's name, and may have set a newer cookie."""
        self._heard = reply.headers, reply.received_at
        renewed = self.cookie.renewed(reply)
        if renewed is None:
            return
        self.cookie = renewed
        if renewed.lifetime is not None:
            moment = reply.received_at + renewed.lifetime
            by_clock_of_des = later(self.settings.expires_at, moment - self.timer.expires_at)
            self.settings = attrs.evolve(self.settings, expires_at=by_clock_of_des)
            self.timer.ends_at(moment)

    def renewed(self, settings: SessionSettings, since: SessionCookie) -> None:
        """DES has said when the session ends.

        Args:
            since: The cookie before the call. If the answer set a newer one with a lifetime, that lifetime counts: it
                does not depend on anybody's clock.
        """
        self.settings = settings
        if self.cookie is since or self.cookie.lifetime is None:
            self.timer.ends_at(later(settings.expires_at, server_time.ahead(*self._heard)))

    def forget(self) -> None:
        """The session has ended: nothing of its cookie stays in memory."""
        self.cookie = SessionCookie({})

    @property
    def can_be_renewed(self) -> bool:
        """Whether a new token puts the end off."""
        return self.settings.renewal != SessionRenewal.ACTIVITY and not is_at_maximum(self.settings)

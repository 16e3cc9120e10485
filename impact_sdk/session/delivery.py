"""Gives DES a new ID token: to prolong a session, or to begin another one for the same user."""

from collections.abc import Callable

import attrs

from ..api.sessions import Sessions
from ..auth import IDToken, NoAuth
from ..errors import InvalidCredentials, Unauthorized
from ..http.exchange import HTTP
from ..http.headers import Proof
from ..http.replies import Reply
from ..http.transport import Auth, Transport
from ..models import User
from . import exits
from .exits import Result
from .launch import Launch
from .renewal import Event
from .validity import Validity

# Enough attempts for as long as the host had.
DELIVERY_ATTEMPTS = 8


@attrs.frozen(eq=False, kw_only=True, repr=False)
class Delivery:
    """Delivers the tokens of one session.

    Attributes:
        launch: How to begin another session for the same user.
        owner: Records the answers of DES (see `recorded`).
        has_ended: Whether the session has ended: an answer that was quicker than the cancellation changes nothing.
    """

    http: HTTP
    user: User
    launch: Launch
    validity: Validity
    owner: object
    has_ended: Callable[[], bool]

    async def prolong(self, token: IDToken) -> Result:
        """Send the token for this session."""
        before, cookie = self.validity.settings.expires_at, self.validity.cookie
        own = Transport(http=self.http, auth=_CookieAlone(self.validity, self.owner))
        try:
            settings = await Sessions(own).renew(token, attempts=DELIVERY_ATTEMPTS)
        except Unauthorized as error:
            return Result(Event.REFUSED, exits.refused(error))
        if not self.has_ended():
            self.validity.renewed(settings, since=cookie)
        return Result(Event.ACCEPTED if settings.expires_at > before else Event.NOTHING_GAINED)

    async def relaunch(self, token: IDToken) -> Result:
        """Begin another session with the token."""
        nobody = Transport(http=self.http, auth=NoAuth())
        try:
            begun = await self.launch.verify(token, nobody, attempts=DELIVERY_ATTEMPTS)
        except (InvalidCredentials, Unauthorized) as error:
            return Result(Event.REFUSED, exits.refused(error))
        if begun.user.id != self.user.id:
            return Result(Event.REFUSED, exits.ANOTHER_USER)
        if not self.has_ended():
            self.validity.begin(begun)
        return Result(Event.ACCEPTED)


@attrs.frozen
class _CookieAlone(Auth):
    """The session's cookie, for the request that renews it: a 401 is the answer to that, and renews nothing."""

    _validity: Validity
    _owner: object

    @property
    def owner(self) -> object:
        return self._owner

    async def headers(self, asking: Transport) -> Proof:
        return self._validity.cookie.headers

    def answered(self, reply: Reply) -> None:
        self._validity.answered(reply)

"""A launch: what the SDK sends to DES, and the session that begins."""

from datetime import datetime

import attrs

from .. import wire
from ..arguments import checked, required
from ..auth import IDToken
from ..errors import BadRequest, InvalidCredentials
from ..http.cookies import SessionCookie
from ..http.replies import unexpected
from ..http.transport import Transport
from ..mistakes.wrong import what_is_wrong_with_text
from ..models import SessionSettings, User, VerifiedToken
from ..parsing import server_time
from ..secrets import Secret


def prepare_launch() -> None:
    """Read one answer, so that the first real one does not pay for what that costs once."""
    example = {"user": {"type": "User", "id": "u1"}, "session": {"expiresAt": "2027-01-04T08:00:00Z"}}
    wire.read(VerifiedToken, example)


@attrs.frozen(kw_only=True)
class Begun:
    """A session as DES has just begun it.

    Attributes:
        expires_at: When it ends by this machine's clock. That clock may be wrong: DES says how long the cookie lasts,
            or what time it is at DES.
    """

    user: User
    settings: SessionSettings
    cookie: SessionCookie
    expires_at: datetime


@attrs.frozen(kw_only=True)
class Launch:
    """What a launch sends besides the ID token, so that the same user can be launched again."""

    # docs/des.md 4.1
    client_id: str
    locale: str
    location: str | None
    theme: str | None
    timezone: str | None

    def require_valid(self) -> None:
        """`ConfigurationError` if a value cannot be sent."""
        required({"locale": self.locale})
        for name in ("locale", "location", "theme", "timezone"):
            checked(name, getattr(self, name))

    async def verify(self, token: IDToken, transport: Transport, *, attempts: int | None = None) -> Begun:
        """Begin a session.

        Args:
            transport: In nobody's name: the token says who the user is.

        Raises:
            InvalidCredentials: DES does not accept the token.
        """
        body: dict[str, str | Secret | None] = {
            "token": token,
            "locale": self.locale,
            "client_id": self.client_id,
            "location": self.location,
            "theme": self.theme,
            "timezone": self.timezone,
        }
        present = {name: value for name, value in body.items() if value is not None}
        try:
            # A second session for the same token does no harm, so this request may be repeated.
            reply = await transport.request(
                "POST", "/users/verify_token", body=present, is_repeatable=True, attempts=attempts, conceal=[token]
            )
        except BadRequest as error:
            if error.status != 422:
                raise
            raise InvalidCredentials(f"{error}; get a new ID token and launch again") from None
        try:
            verified = wire.read(VerifiedToken, wire.loads(reply.content))
        except wire.Unreadable as error:
            raise unexpected(reply, error, is_repeatable=True, may_hold_secret=True) from error
        cookie = SessionCookie.of(reply)
        if cookie.lifetime is None:
            ahead = server_time.ahead(reply.headers, reply.received_at)
            ends_at = server_time.later(verified.session.expires_at, ahead)
        else:
            ends_at = reply.received_at + cookie.lifetime
        return Begun(user=verified.user, settings=verified.session, cookie=cookie, expires_at=ends_at)


def require_usable(token: IDToken) -> None:
    """`InvalidCredentials` if the token cannot be sent."""
    if not token.reveal() or what_is_wrong_with_text(token.reveal()):
        raise InvalidCredentials("the ID token is empty, or no text; get one from the bank's sign-in and launch again")

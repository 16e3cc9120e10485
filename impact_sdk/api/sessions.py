"""`/v1/session`: a user's own session. All of it is ours; the vendor documents only a cookie."""

from typing import Unpack

import attrs

from .. import wire
from ..auth import IDToken
from ..errors import Unauthorized
from ..http.options import CallOptions
from ..http.transport import Transport
from ..models import SessionSettings
from .naming import calls_of
from .resources import Resource

SESSION = Resource("/v1/session", "session", SessionSettings)


@calls_of("session", "session.", lambda session, transport: Sessions(transport))
@attrs.frozen
class Sessions:
    """The session whose cookie is sent."""

    # docs/des.md 5.8
    _transport: Transport

    async def get(self, **options: Unpack[CallOptions]) -> SessionSettings:
        """The state of the session; `Unauthorized` if it has ended. This does not renew it."""
        return await SESSION.ask(self._transport, "GET", SESSION.path, **options)

    async def renew(self, id_token: IDToken, **options: Unpack[CallOptions]) -> SessionSettings:
        """Extend a session that is renewed by ID tokens until the new token expires. A second time changes nothing.

        Args:
            id_token: A new one of the same user. It is sent, and not stored.

        Raises:
            Unauthorized: DES does not accept the token, and has ended the session.
            Conflict: This session is renewed by activity.
        """
        body = wire.body("session", {"id_token": id_token})
        return await SESSION.ask(self._transport, "PATCH", SESSION.path, body=body, conceal=[id_token], **options)

    async def keep_alive(self, **options: Unpack[CallOptions]) -> SessionSettings:
        """Extend a session that is renewed by activity, for a user who is present but does nothing.

        Raises:
            Unauthorized: It has ended.
            Conflict: This session is renewed by ID tokens.
        """
        # Repeating it does no harm.
        path = f"{SESSION.path}/keep-alive"
        return await SESSION.ask(self._transport, "POST", path, is_repeatable=True, **options)

    async def sign_out(self, **options: Unpack[CallOptions]) -> None:
        """End the session. If it has ended already, that is fine."""
        try:
            await self._transport.request("DELETE", SESSION.path, **options)
        except Unauthorized:
            return

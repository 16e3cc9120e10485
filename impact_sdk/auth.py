"""In whose name a request is sent: a bank's backend, a user's session, nobody. Nothing here is ever printed."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import anyio
import attrs

from . import wire
from .cookies import SessionCookie
from .http import HTTP
from .mistakes import what_is_wrong_with_text, wrong
from .options import CallOptions
from .replies import unexpected
from .transport import SHORTEST_SECRET, Auth, Transport

# A token that ends while a request is on its way is of no use.
RENEWED_BEFORE_END = timedelta(seconds=30)

# No token lasts for longer, whatever its server says.
LONGEST_LIFETIME = timedelta(days=365)

# RFC 6749, A.12. Anything else would be no header, nor would what ends with a blank.
_TOKEN = re.compile("[!-~]([ -~]*[!-~])?")


@attrs.frozen
class ClientCredentials:
    """The bank's own credentials at DES (OAuth 2.0 client credentials).

    Args:
        client_id: The bank's client id.
        client_secret: Its secret; in no `repr`, message or log.
    """

    client_id: str
    client_secret: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        for name, value in (("client_id", self.client_id), ("client_secret", self.client_secret)):
            if what_is_wrong_with_text(value) or not value.strip():
                raise wrong(name, value, "the one from the bank's vault, a text that is not empty")


@attrs.frozen
class IDToken:
    """What the bank's sign-in says of its user: held, sent once, never shown."""

    value: str = attrs.field(repr=False)


class NoAuth(Auth):
    """Nobody's: for the request that begins a session."""

    async def headers(self, http: HTTP, options: CallOptions) -> Mapping[str, str]:
        return {}


@attrs.frozen
class CookieAuth(Auth):
    """A session's cookie as it is; for requests about the session itself, which are not to renew it first."""

    cookie: SessionCookie

    async def headers(self, http: HTTP, options: CallOptions) -> Mapping[str, str]:
        return self.cookie.headers


@attrs.define
class BearerToken(Auth):
    """A bank backend's access token: fetched when it is first needed, renewed before it ends."""

    credentials: ClientCredentials
    _token: str | None = attrs.field(default=None, init=False, repr=False)
    _renew_at: datetime | None = attrs.field(default=None, init=False)
    _fetching: anyio.Lock = attrs.field(factory=anyio.Lock, init=False, repr=False)

    async def headers(self, http: HTTP, options: CallOptions) -> Mapping[str, str]:
        if self._is_due(http):
            async with self._fetching:
                if self._is_due(http):  # nobody else fetched one while we waited
                    await self._fetch(http, options)
        return self._proof()

    async def refused(self, proof: Mapping[str, str]) -> bool:
        if proof == self._proof():  # else somebody has fetched another one meanwhile
            self._token = None
        return True

    def _proof(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _is_due(self, http: HTTP) -> bool:
        return self._token is None or (self._renew_at is not None and http.clock.now() >= self._renew_at)

    async def _fetch(self, http: HTTP, options: CallOptions) -> None:
        transport = Transport(http=http, auth=_Basic(self.credentials))
        grant = {"grant_type": "client_credentials"}
        secret = self.credentials.client_secret
        # Also as it stands in the header, for who answers with what the header held.
        conceal = (secret, quote(secret, safe=""), quote_plus(secret)) if len(secret) >= SHORTEST_SECRET else ()
        reply = await transport.request(
            "POST", "/oauth/token", form=grant, is_repeatable=True, conceal=conceal, **options
        )
        try:
            granted = wire.read(_Granted, wire.loads(reply.content))
            if not _TOKEN.fullmatch(granted.access_token):  # nor is it shown
                raise wire.Unreadable(["access_token has signs that no token has @ $.access_token"])
        except wire.Unreadable as error:
            raise unexpected(reply, error) from error
        self._token = granted.access_token
        lifetime = granted.lifetime
        self._renew_at = (
            None if lifetime is None else http.clock.now() + lifetime - min(RENEWED_BEFORE_END, lifetime / 2)
        )


@attrs.frozen
class _Basic(Auth):
    """RFC 6749, 2.3.1: id and secret are form-encoded before they become a Basic header.

    A space becomes `%20`, which a reader of forms takes as it takes `+`, and other readers take as well.
    """

    credentials: ClientCredentials

    async def headers(self, http: HTTP, options: CallOptions) -> Mapping[str, str]:
        pair = f"{quote(self.credentials.client_id, safe='')}:{quote(self.credentials.client_secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@attrs.frozen(kw_only=True)
class _Granted:
    """RFC 6749, 5.1: snake case on the wire too."""

    access_token: str = attrs.field(repr=False, metadata={"wire": "access_token"})
    expires_in: Any = attrs.field(default=None, metadata={"wire": "expires_in"})

    @property
    def lifetime(self) -> timedelta | None:
        """How long the token lasts; None, and it is used until DES refuses it, where that is not said.

        Some servers write the number as a text. A number that makes no sense is as good as none.
        """
        try:
            seconds = float(self.expires_in)
        except (TypeError, ValueError, OverflowError):
            return None
        if isinstance(self.expires_in, bool) or not seconds > 0:
            return None
        return timedelta(seconds=min(seconds, LONGEST_LIFETIME.total_seconds()))

"""Credentials of requests: of a bank's backend, of a user's session, or none. Nothing here is ever printed."""

import base64
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import anyio
import attrs

from . import wire
from .http.cookies import SessionCookie
from .http.exchange import HTTP
from .http.headers import Proof
from .http.replies import unexpected
from .http.transport import Auth, Transport
from .mistakes.named import told_by_name
from .mistakes.wrong import what_is_wrong_with_text, wrong
from .reports import told_without_frames
from .secrets import SHORTEST, Secret

# A token must not expire while a request is on its way.
RENEWED_BEFORE_END = timedelta(seconds=30)

# No token is used longer, whatever its server says.
LONGEST_LIFETIME = timedelta(days=365)

# RFC 6749, A.12, without a blank at the end. A header could hold nothing else.
_TOKEN = re.compile("[!-~]([ -~]*[!-~])?")


@attrs.frozen(init=False)
class ClientCredentials:
    """The bank's own credentials at DES (OAuth 2.0 client credentials).

    Args:
        client_id: The bank's client id.
        client_secret: Its secret. No `repr`, message, log or report shows it; `client_secret.reveal()` does.

    Raises:
        ConfigurationError: One of them is not a text, or is empty.
    """

    client_id: str
    client_secret: Secret

    @told_without_frames
    @told_by_name("ClientCredentials()")
    def __init__(self, client_id: str, client_secret: str | Secret) -> None:
        secret = Secret(client_secret)
        for name, value in (("client_id", client_id), ("client_secret", secret.reveal())):
            if what_is_wrong_with_text(value) or not value.strip():
                raise wrong(name, value, "the one from the bank's vault, a text that is not empty")
        self.__attrs_init__(client_id, secret)


class IDToken(Secret):
    """A user's ID token, from the bank's sign-in. It is sent once, and never shown."""

    __slots__ = ()


class NoAuth(Auth):
    """No credentials, for the request that begins a session."""

    async def headers(self, asking: Transport) -> Proof:
        return {}


@attrs.frozen
class CookieAuth(Auth):
    """A session's cookie, for requests about the session itself: they must not renew it first."""

    cookie: SessionCookie
    session: object = None

    @property
    def owner(self) -> object:
        return self.session

    async def headers(self, asking: Transport) -> Proof:
        return self.cookie.headers


@attrs.define
class BearerToken(Auth):
    """A bank backend's access token. It is fetched when first needed, and renewed before it expires."""

    credentials: ClientCredentials
    _token: Secret | None = attrs.field(default=None, init=False, repr=False)
    _renew_at: datetime | None = attrs.field(default=None, init=False)
    _fetching: anyio.Lock = attrs.field(factory=anyio.Lock, init=False, repr=False)

    async def headers(self, asking: Transport) -> Proof:
        if self._is_due(asking.http):
            async with self._fetching:
                if self._is_due(asking.http):  # no other task fetched one meanwhile
                    await self._fetch(asking)
        return self._proof()

    async def refused(self, proof: Proof) -> bool:
        if proof == self._proof():  # else another task has fetched a new one
            self._token = None
        return True

    def _proof(self) -> Proof:
        return {} if self._token is None else {"Authorization": Secret(f"Bearer {self._token.reveal()}")}

    def _is_due(self, http: HTTP) -> bool:
        return self._token is None or (self._renew_at is not None and http.clock.now() >= self._renew_at)

    async def _fetch(self, asking: Transport) -> None:
        transport = attrs.evolve(asking, auth=_Basic(self.credentials))
        grant = {"grant_type": "client_credentials"}
        secret = self.credentials.client_secret
        conceal = (secret,) if len(secret.reveal()) >= SHORTEST else ()
        reply = await transport.request("POST", "/oauth/token", form=grant, is_repeatable=True, conceal=conceal)
        try:
            granted = wire.read(_Granted, wire.loads(reply.content))
            if not _TOKEN.fullmatch(granted.access_token):  # and the message does not show it
                raise wire.Unreadable(["access_token has signs that no token has @ $.access_token"])
        except wire.Unreadable as error:
            raise unexpected(reply, error, is_repeatable=True, may_hold_secret=True) from error
        self._token = Secret(granted.access_token)
        lifetime = granted.lifetime
        self._renew_at = (
            None if lifetime is None else asking.http.clock.now() + lifetime - min(RENEWED_BEFORE_END, lifetime / 2)
        )


@attrs.frozen
class _Basic(Auth):
    """RFC 6749, 2.3.1: id and secret are form-encoded before they become a Basic header.

    A space becomes `%20`: readers of forms accept it like `+`, and other readers accept it too.
    """

    credentials: ClientCredentials

    async def headers(self, asking: Transport) -> Proof:
        pair = f"{quote(self.credentials.client_id, safe='')}:{quote(self.credentials.client_secret.reveal(), safe='')}"
        return {"Authorization": Secret(f"Basic {base64.b64encode(pair.encode()).decode()}")}


@attrs.frozen(kw_only=True)
class _Granted:
    """The answer of the token endpoint (RFC 6749, 5.1). Its names are in snake case on the wire too."""

    access_token: str = attrs.field(repr=False, metadata={"wire": "access_token"})
    expires_in: Any = attrs.field(default=None, metadata={"wire": "expires_in"})

    @property
    def lifetime(self) -> timedelta | None:
        """How long the token lasts; None if the answer does not say. Then it is used until DES refuses it.

        Some servers write the number as a text. A number that makes no sense counts as none.
        """
        try:
            seconds = float(self.expires_in)
        except (TypeError, ValueError, OverflowError):
            return None
        if isinstance(self.expires_in, bool) or not seconds > 0:
            return None
        return timedelta(seconds=min(seconds, LONGEST_LIFETIME.total_seconds()))

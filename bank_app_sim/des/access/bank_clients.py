"""Access tokens for the bank's backend: OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import attrs

from ...server.database import Connection, Database
from ...server.http.answers import Answer, Refused
from ...server.http.request import HTTPRequest
from ...server.ids import Ids
from ...timeline.clock import Clock, timestamp
from .. import store
from ..request import hashed
from ..store.principals import TenantRow, TokenRow
from ..tenant import Tenant

_NOT_KEPT = {"Cache-Control": "no-store"}

# Hints of a refusal. They depend on the request alone, and so do not tell whether there is such a client.
NOT_BASIC = "the Authorization header is not Basic with the base64 of id:secret"
NOT_ENCODED = "in HTTP Basic each of the two is form-encoded first, + as %2B and % as %25 (RFC 6749, 2.3.1)"

_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


@attrs.frozen
class _Credentials:
    """Id and secret of a request; blank ones belong to no client.

    Attributes:
        hint: What may be wrong with their encoding.
    """

    client_id: str
    secret: str = attrs.field(repr=False)
    hint: str = ""


@attrs.frozen(kw_only=True)
class TokenEndpoint:
    """`POST /oauth/token`."""

    tenants: Mapping[str, Tenant]
    database: Database
    clock: Clock
    ids: Ids

    async def grant(self, http: HTTPRequest) -> Answer:
        """Exchange the bank's client id and secret, in the body or by HTTP Basic, for an access token."""
        # Parameters without a value count as left out (RFC 6749, 3.2).
        parameters = {name: value for name, value in http.body.items() if value != ""}
        if misplaced := next((name for name in ("client_id", "client_secret") if name in http.query), None):
            raise Refused(400, {misplaced: ["can't be in the address, which others log"]})
        grant_type = parameters.get("grant_type")
        if grant_type is None:
            raise Refused(400, {"grant_type": ["is missing"]})
        if grant_type != "client_credentials":
            return _error(400, "unsupported_grant_type", "grant_type", "must be client_credentials")
        credentials = _credentials(http.headers.get("authorization"), parameters)
        token = self.ids.secret()

        def keep_token(connection: Connection) -> timedelta | None:
            tenant_id = _tenant_of(connection, credentials.client_id, credentials.secret)
            # A bank that is no longer served counts as unknown, as everywhere.
            if tenant_id is None or tenant_id not in self.tenants:
                return None
            lifetime = self.tenants[tenant_id].access_token_lifetime
            expires_at = timestamp(self.clock.now() + lifetime)
            store.principals.keep_token(connection, TokenRow(hashed(token), tenant_id, expires_at))
            return lifetime

        lifetime = await self.database.run(keep_token)
        if lifetime is None:
            challenge = {"WWW-Authenticate": 'Basic realm="DES"'}
            sentence = "; ".join(filter(None, ("is unknown, or the secret is wrong", credentials.hint)))
            return _error(401, "invalid_client", "client_id", sentence, challenge)
        granted = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
        }
        return Answer(200, granted, headers=_NOT_KEPT)


def _credentials(authorization: str | None, parameters: Mapping[str, Any]) -> _Credentials:
    """The credentials in the header, or else those in the body."""
    if authorization is None:
        return _Credentials(_text(parameters, "client_id"), _text(parameters, "client_secret"))
    credentials = _basic(authorization)
    if "client_secret" in parameters:
        sentence = "is in the body, and the Authorization header is there too; use one of the two"
        raise Refused(400, {"client_secret": [sentence]})
    if parameters.get("client_id", credentials.client_id) != credentials.client_id:
        raise Refused(400, {"client_id": ["is another one in the Authorization header"]})
    return credentials


def as_oauth(refused: Answer) -> Answer:
    """A refusal with 400, such as one for a parameter that stands twice, as OAuth writes it (RFC 6749, 5.2)."""
    if refused.status != 400:
        return refused
    first = refused.body["errors"][0]
    field = "" if first["field"] == "base" else f"{first['field']} "
    described = {"error": "invalid_request", "error_description": f"{field}{first['errors'][0]}"}
    return attrs.evolve(refused, body={**described, **refused.body}, headers={**refused.headers, **_NOT_KEPT})


def keep_tenants(connection: Connection, tenants: Sequence[Tenant]) -> None:
    """Write down the tenants and the hashes of their secrets, or their changes."""
    for tenant in tenants:
        store.principals.keep_tenant(connection, TenantRow(tenant.id, tenant.client_id, hashed(tenant.client_secret)))


def _tenant_of(connection: Connection, client_id: str, client_secret: str) -> str | None:
    # PostgreSQL has no texts with NUL.
    row = store.principals.OF_CLIENT.one_or_none(connection, client_id="" if "\0" in client_id else client_id)
    # The secret of an unknown client is compared as well: the time must not tell whether there is such a client.
    expected = hashed("") if row is None else row.client_secret_hash
    matches = hmac.compare_digest(hashed(client_secret), expected)
    return row.id if row is not None and matches else None


def _basic(authorization: str) -> _Credentials:
    """Id and secret, each form-encoded, joined by a colon, in base64 (RFC 6749, 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return _Credentials("", "", NOT_BASIC)
    if scheme.lower() != "basic" or not colon:
        return _Credentials("", "", NOT_BASIC)
    hint = NOT_ENCODED if {"+", "%"} & {*client_id, *secret} else ""
    try:
        return _Credentials(_decoded(client_id), _decoded(secret), hint)
    except ValueError:
        return _Credentials("", "", hint)


def _decoded(text: str) -> str:
    """The form-decoded text; ValueError if it is not form-encoded."""
    if _BROKEN_ESCAPE.search(text):
        raise ValueError("a % without two hexadecimal digits")
    return unquote_plus(text, errors="strict")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _error(status: int, error: str, field: str, sentence: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as OAuth writes it and as the rest of this API does, in one."""
    body = {
        "error": error,
        "error_description": f"{field} {sentence}",
        "errors": [{"field": field, "errors": [sentence]}],
    }
    return Answer(status, body, headers={**_NOT_KEPT, **(headers or {})})

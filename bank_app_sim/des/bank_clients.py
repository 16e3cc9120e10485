"""Access tokens for the bank's backend: OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import attrs
import sqlalchemy as sa

from ..clock import Clock, timestamp
from ..database import Database
from ..ids import Ids
from ..service import Answer, Call
from . import store
from .request import hashed
from .tenant import Tenant

_NOT_KEPT = {"Cache-Control": "no-store"}


@attrs.frozen(kw_only=True)
class TokenEndpoint:
    """`POST /oauth/token`."""

    tenants: Mapping[str, Tenant]
    database: Database
    clock: Clock
    ids: Ids

    async def grant(self, call: Call) -> Answer:
        """Exchange the bank's client id and secret, in the body or by HTTP Basic, for an access token."""
        grant_type = call.body.get("grant_type")
        if grant_type is None:
            return _error(400, "invalid_request", "grant_type", "is missing")
        if grant_type != "client_credentials":
            return _error(400, "unsupported_grant_type", "grant_type", "must be client_credentials")
        credentials = _credentials(call)
        token = self.ids.secret()

        def keep_token(connection: sa.Connection) -> timedelta | None:
            tenant_id = _tenant_of(connection, *credentials)
            # A bank that is not served any more is as good as unknown, as everywhere.
            if tenant_id is None or tenant_id not in self.tenants:
                return None
            lifetime = self.tenants[tenant_id].access_token_lifetime
            expires_at = timestamp(self.clock.now() + lifetime)
            kept = {"token_hash": hashed(token), "tenant_id": tenant_id, "expires_at": expires_at}
            connection.execute(store.principals.KEEP_TOKEN, kept)
            return lifetime

        lifetime = await self.database.run(keep_token)
        if lifetime is None:
            challenge = {"WWW-Authenticate": 'Basic realm="DES"'}
            return _error(401, "invalid_client", "client_id", "is unknown, or the secret is wrong", challenge)
        granted = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
        }
        return Answer(200, granted, headers=_NOT_KEPT)


def keep_tenants(connection: sa.Connection, tenants: Sequence[Tenant]) -> None:
    """Write down the tenants and the hashes of their secrets, or what has changed about them."""
    for tenant in tenants:
        row = {"client_id": tenant.client_id, "client_secret_hash": hashed(tenant.client_secret)}
        if connection.execute(store.principals.CHANGE_TENANT, {"tenant": tenant.id, **row}).rowcount == 0:
            connection.execute(store.principals.KEEP_TENANT, {"id": tenant.id, **row})


def _tenant_of(connection: sa.Connection, client_id: str, client_secret: str) -> str | None:
    wanted = {"client_id": "" if "\0" in client_id else client_id}  # PostgreSQL has no texts with NUL
    row = connection.execute(store.principals.SECRET_OF_CLIENT, wanted).one_or_none()
    # An unknown client is compared as well, so that the time it takes tells nothing.
    expected = hashed("") if row is None else row.client_secret_hash
    matches = hmac.compare_digest(hashed(client_secret), expected)
    return str(row.id) if row is not None and matches else None


def _credentials(call: Call) -> tuple[str, str]:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client_id, secret
    return _text(call.body, "client_id"), _text(call.body, "client_secret")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _error(status: int, error: str, field: str, sentence: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as OAuth wants it and as the rest of this API has it, in one."""
    body = {
        "error": error,
        "error_description": f"{field} {sentence}",
        "errors": [{"field": field, "errors": [sentence]}],
    }
    return Answer(status, body, headers={**_NOT_KEPT, **(headers or {})})

"""Who is asking: tenants, access tokens, sessions; and the answers kept for them under idempotency keys."""

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows
from ..tables import access_tokens, idempotency_keys, sessions, tenants, users
from .users import UserRow, user_columns, users_and_account


@attrs.frozen
class TenantRow:
    """A tenant, and how its backend proves who it is."""

    id: str
    client_id: str
    client_secret_hash: str


@attrs.frozen
class KeptAnswer:
    """The answer to the first request with an idempotency key.

    Attributes:
        fingerprint: Of that request.
        body: JSON.
        at: When it was kept.
    """

    key: str
    fingerprint: str
    status: int
    body: str
    at: str


@attrs.frozen
class TokenRow:
    """An access token of a tenant's backend."""

    token_hash: str
    tenant_id: str
    expires_at: str


@attrs.frozen
class SessionRow:
    """A user's session, as far as requests need it: each of them reads this row."""

    secret_hash: str
    expires_at: str
    maximum_expires_at: str | None
    locale: str | None
    timezone: str | None


_KEEP_TENANT = sa.insert(tenants)
_CHANGE_TENANT = (
    sa.update(tenants)
    .where(tenants.c.id == given("of"))
    .values(client_id=given("client_id"), client_secret_hash=given("client_secret_hash"))
)
# The tenant with a client id.
OF_CLIENT = rows(TenantRow, sa.select(*columns_of(TenantRow, tenants)).where(tenants.c.client_id == given("client_id")))

# Most requests need both who is asking and what was answered under their key: one statement reads both.
_KEPT = [column.label(f"kept_{column.key}") for column in columns_of(KeptAnswer, idempotency_keys)]


def _kept(*values: Any) -> KeptAnswer | None:
    return None if values[0] is None else KeptAnswer(*values)


def _is_key_of(principal_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(idempotency_keys.c.principal == principal_id, idempotency_keys.c.key == given("key"))


_KEEP_TOKEN = sa.insert(access_tokens)
_TOKEN = columns_of(TokenRow, access_tokens)


def _token(*values: Any) -> tuple[TokenRow, KeptAnswer | None]:
    return TokenRow(*values[: len(_TOKEN)]), _kept(*values[len(_TOKEN) :])


# An access token, and what was answered under the key.
TOKEN = Query(
    _token,
    sa.select(*_TOKEN, *_KEPT)
    .outerjoin_from(access_tokens, idempotency_keys, _is_key_of(access_tokens.c.tenant_id))
    .where(access_tokens.c.token_hash == given("token_hash")),
)

_KEEP_SESSION = sa.insert(sessions)
_SESSION = columns_of(SessionRow, sessions)


def _session(*values: Any) -> tuple[SessionRow, UserRow, KeptAnswer | None]:
    user, kept = len(_SESSION), len(_SESSION) + len(user_columns)
    return SessionRow(*values[:user]), UserRow(*values[user:kept]), _kept(*values[kept:])


# A session, its user, and what was answered under the key.
SESSION = Query(
    _session,
    sa.select(*_SESSION, *user_columns, *_KEPT)
    .select_from(
        users_and_account.join(sessions, sessions.c.user_id == users.c.id).outerjoin(
            idempotency_keys, _is_key_of(users.c.id)
        )
    )
    .where(sessions.c.secret_hash == given("secret_hash")),
)
_this_session = sessions.c.secret_hash == given("of_session")
RENEW_SESSION = sa.update(sessions).where(_this_session).values(expires_at=given("expires_at"))
FORGET_SESSION = sa.delete(sessions).where(_this_session)

_KEEP_ANSWER = sa.insert(idempotency_keys)
FORGET_KEY = sa.delete(idempotency_keys).where(
    idempotency_keys.c.principal == given("of_principal"), idempotency_keys.c.key == given("of_key")
)


def keep_tenant(connection: Connection, tenant: TenantRow) -> None:
    """Write down a tenant, or what has changed of it."""
    client = {"client_id": tenant.client_id, "client_secret_hash": tenant.client_secret_hash}
    if connection.execute(_CHANGE_TENANT, {"of": tenant.id, **client}).rowcount == 0:
        connection.execute(_KEEP_TENANT, attrs.asdict(tenant))


def keep_token(connection: Connection, token: TokenRow) -> None:
    connection.execute(_KEEP_TOKEN, attrs.asdict(token))


def keep_session(connection: Connection, session: SessionRow, *, user_id: str, theme: str | None) -> None:
    connection.execute(_KEEP_SESSION, {**attrs.asdict(session), "user_id": user_id, "theme": theme})


def keep_answer(connection: Connection, principal: str, answer: KeptAnswer) -> None:
    connection.execute(_KEEP_ANSWER, {"principal": principal, **parameters(idempotency_keys, answer)})

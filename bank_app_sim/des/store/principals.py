"""Statements about who is asking: tenants, access tokens, sessions; and the answers kept for them."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import access_tokens, idempotency_keys, sessions, tenants, users
from .users import user, users_and_account

KEEP_TENANT = sa.insert(tenants)
CHANGE_TENANT = (
    sa.update(tenants)
    .where(tenants.c.id == given("tenant"))
    .values(client_id=given("client_id"), client_secret_hash=given("client_secret_hash"))
)
SECRET_OF_CLIENT = sa.select(tenants.c.id, tenants.c.client_secret_hash).where(
    tenants.c.client_id == given("client_id")
)

# Who is asking, and what was answered under the key of the request, come with one statement: most requests need both.
_kept_answer = [
    idempotency_keys.c[name].label(f"kept_{name}") for name in ("key", "fingerprint", "status", "body", "at")
]


def _is_key_of(principal_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(idempotency_keys.c.principal == principal_id, idempotency_keys.c.key == given("key"))


KEEP_TOKEN = sa.insert(access_tokens)
TENANT_OF_TOKEN = (
    sa.select(*access_tokens.c, *_kept_answer)
    .outerjoin_from(access_tokens, idempotency_keys, _is_key_of(access_tokens.c.tenant_id))
    .where(access_tokens.c.token_hash == given("token_hash"))
)

KEEP_SESSION = sa.insert(sessions)
USER_OF_SESSION = (
    user.add_columns(
        sessions.c.secret_hash,
        sessions.c.expires_at,
        sessions.c.maximum_expires_at,
        sessions.c.locale,
        sessions.c.timezone,
        *_kept_answer,
    )
    .select_from(
        users_and_account.join(sessions, sessions.c.user_id == users.c.id).outerjoin(
            idempotency_keys, _is_key_of(users.c.id)
        )
    )
    .where(sessions.c.secret_hash == given("secret_hash"))
)
_this_session = sessions.c.secret_hash == given("of_session")
RENEW_SESSION = sa.update(sessions).where(_this_session).values(expires_at=given("expires_at"))
FORGET_SESSION = sa.delete(sessions).where(_this_session)

KEEP_KEY = sa.insert(idempotency_keys)
FORGET_KEY = sa.delete(idempotency_keys).where(
    idempotency_keys.c.principal == given("of_principal"), idempotency_keys.c.key == given("of_key")
)

"""Every statement that DES sends to its database, written once so that it is compiled once."""

import functools
from collections.abc import Mapping
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from .tables import (
    access_tokens,
    accounts,
    dreams,
    idempotency_keys,
    savehack_launches,
    sessions,
    tenants,
    transactions,
    users,
)

# A row as a mapping from column names: one that was read, or one that is about to be written.
Row = Mapping[Any, Any]

# --- principals ---

# The account that new Dreams of a user are linked to: the one setup so far has one for each user.
_oldest = accounts.alias("oldest")
_users_and_account = users.outerjoin(
    _oldest,
    _oldest.c.n == sa.select(sa.func.min(accounts.c.n)).where(accounts.c.user_id == users.c.id).scalar_subquery(),
)
_user = sa.select(
    *users.c,
    _oldest.c.id.label("account_id"),
    _oldest.c.external_id.label("account_external_id"),
).select_from(_users_and_account)

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
FORGET_TOKENS = sa.delete(access_tokens).where(access_tokens.c.expires_at <= given("now"))

KEEP_SESSION = sa.insert(sessions)
USER_OF_SESSION = (
    _user.add_columns(sessions.c.expires_at, *_kept_answer)
    .select_from(
        _users_and_account.join(sessions, sessions.c.user_id == users.c.id).outerjoin(
            idempotency_keys, _is_key_of(users.c.id)
        )
    )
    .where(sessions.c.secret_hash == given("secret_hash"))
)
FORGET_SESSIONS = sa.delete(sessions).where(sessions.c.expires_at <= given("now"))

# --- idempotency keys ---

KEEP_KEY = sa.insert(idempotency_keys)
FORGET_KEY = sa.delete(idempotency_keys).where(
    idempotency_keys.c.principal == given("of_principal"), idempotency_keys.c.key == given("of_key")
)
FORGET_KEYS = sa.delete(idempotency_keys).where(idempotency_keys.c.at <= given("before"))

# --- users ---

CREATE_USER = sa.insert(users)
USER = _user.where(users.c.id == given("id"), users.c.tenant_id == given("tenant_id"))
USER_BY_EXTERNAL_ID = _user.where(users.c.external_id == given("external_id"), users.c.tenant_id == given("tenant_id"))
RENAME_USER = (
    sa.update(users)
    .where(users.c.id == given("user_id"))
    .values(given_name=given("given_name"), family_name=given("family_name"))
)
SET_PROVISIONING = (
    sa.update(users)
    .where(users.c.id == given("user_id"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)

# --- accounts ---

CREATE_ACCOUNT = sa.insert(accounts)
_account = sa.select(*accounts.c, users.c.external_id.label("user_external_id")).join_from(accounts, users)
ACCOUNT_BY_EXTERNAL_ID = sa.select(accounts.c.id).where(
    accounts.c.user_id == given("user_id"), accounts.c.external_id == given("external_id")
)
ADD_TO_ACCOUNT = (
    sa.update(accounts)
    .where(accounts.c.id == given("account_id"))
    .values(balance_cents=accounts.c.balance_cents + given("cents"))
)

# --- dreams ---

CREATE_DREAM = sa.insert(dreams).inline()  # nobody asks for its `n`, and not asking is quicker
_active_launches = (
    sa.select(sa.func.count())
    .select_from(savehack_launches)
    .where(
        savehack_launches.c.dream_id == dreams.c.id,
        savehack_launches.c.paused_at.is_(None),
        savehack_launches.c.stopped_at.is_(None),
    )
    .scalar_subquery()
)
_dream = (
    sa.select(
        *dreams.c,
        users.c.external_id.label("user_external_id"),
        accounts.c.external_id.label("account_external_id"),
        _active_launches.label("active_savehacks_count"),
    )
    .join_from(dreams, users)
    .outerjoin(accounts, accounts.c.id == dreams.c.account_id)
)
DREAMS_BY_ID = _dream.where(dreams.c.id.in_(given("ids", expanding=True)))
LINK_DREAMS = (
    sa.update(dreams)
    .where(dreams.c.user_id == given("of_user"), dreams.c.account_id.is_(None))
    .values(account_id=given("account"))
)
ADD_TO_DREAM = (
    sa.update(dreams)
    .where(dreams.c.id == given("dream_id"))
    .values(balance_cents=dreams.c.balance_cents + given("cents"))
)

# --- savehack launches ---

CREATE_LAUNCH = sa.insert(savehack_launches)
_launch = sa.select(
    *savehack_launches.c, users.c.account_provision_request_id.label("account_provision_request_id")
).join_from(savehack_launches, users)
_launch_and_account = sa.select(*savehack_launches.c, dreams.c.account_id).join_from(savehack_launches, dreams)
LAUNCHES_WAITING_FOR_ACCOUNT = _launch_and_account.where(
    savehack_launches.c.user_id == given("user_id"),
    savehack_launches.c.pause_reason == given("pause_reason"),
    savehack_launches.c.stopped_at.is_(None),
).order_by(savehack_launches.c.n)
DUE_LAUNCHES = (
    _launch_and_account.where(savehack_launches.c.due_at <= given("now"))
    .order_by(savehack_launches.c.due_at, savehack_launches.c.n)
    .limit(given("limit"))
)
NEXT_DUE = sa.select(sa.func.min(savehack_launches.c.due_at))
RUN_LAUNCH = (
    sa.update(savehack_launches)
    .where(savehack_launches.c.id == given("launch_id"))
    .values(paused_at=None, pause_reason=None, occurrences=given("occurrences"), due_at=given("due_at"))
)
PAUSE_LAUNCHES = (
    sa.update(savehack_launches)
    .where(savehack_launches.c.user_id == given("of_user"), savehack_launches.c.stopped_at.is_(None))
    .values(
        paused_at=sa.func.coalesce(savehack_launches.c.paused_at, given("now")),
        pause_reason=given("reason"),
        due_at=None,
    )
)

# --- transactions ---

CREATE_TRANSACTION = sa.insert(transactions)
_transaction = (
    sa.select(
        *transactions.c,
        users.c.external_id.label("user_external_id"),
        accounts.c.external_id.label("account_external_id"),
        dreams.c.name.label("dream_name"),
    )
    .join_from(transactions, users)
    .join(dreams, dreams.c.id == transactions.c.to_dream_id)
    .outerjoin(accounts, accounts.c.id == transactions.c.to_account_id)
)
_of_user_and_requested = sa.and_(transactions.c.user_id == given("of_user"), transactions.c.state == "requested")
FILL_IN_ACCOUNT = (
    sa.update(transactions)
    .where(_of_user_and_requested, transactions.c.to_account_id.is_(None))
    .values(to_account_id=given("account"))
)
FAIL_ALL_REQUESTED = (
    sa.update(transactions)
    .where(_of_user_and_requested)
    .values(state="failed", failed_at=given("now"), errors=given("reasons", type_=sa.JSON))
)
SETTLE = (
    sa.update(transactions)
    .where(transactions.c.id == given("transaction_id"))
    .values(state="settled", settled_at=given("at"))
)
FAIL = (
    sa.update(transactions)
    .where(transactions.c.id == given("transaction_id"))
    .values(state="failed", failed_at=given("at"), errors=given("reasons", type_=sa.JSON))
)

# --- listings, and single things out of them ---

_SOURCES: dict[str, tuple[sa.Select[Any], sa.Table]] = {
    "users": (_user, users),
    "accounts": (_account, accounts),
    "dreams": (_dream, dreams),
    "savehackLaunches": (_launch, savehack_launches),
    "transactions": (_transaction, transactions),
}

# What a listing can be narrowed by: parameters of the API in its own words, and the reach of who is asking.
_EVERYWHERE: dict[str, sa.ColumnElement[bool]] = {
    "tenant_id": users.c.tenant_id == given("tenant_id"),
    "own_user_id": users.c.id == given("own_user_id"),
    "userId": users.c.id == given("userId"),
    "externalUserId": users.c.external_id == given("externalUserId"),
}
_place = sa.tuple_(transactions.c.requested_at, transactions.c.n)
_AMONG: dict[str, dict[str, sa.ColumnElement[bool]]] = {
    "users": {"externalId": users.c.external_id == given("externalId")},
    "accounts": {"externalId": accounts.c.external_id == given("externalId")},
    "dreams": {},
    "savehackLaunches": {"dreamId": savehack_launches.c.dream_id == given("dreamId")},
    "transactions": {
        "externalId": transactions.c.external_id == given("externalId"),
        "state": transactions.c.state == given("state"),
        "after": _place > sa.tuple_(given("after_requested_at"), given("after_n")),
    },
}


@attrs.frozen
class Listing:
    """The statements of one listing, narrowed in one way. `page` takes `limit` and `offset`."""

    page: sa.Select[Any]
    count: sa.Select[int]


@functools.cache
def listing(plural: str, narrowed_by: frozenset[str]) -> Listing:
    """Made when first needed: the ways to narrow a listing are more than anybody uses."""
    source, table = _SOURCES[plural]
    possible = {**_EVERYWHERE, "id": table.c.id == given("id"), **_AMONG[plural]}
    narrowed = source.where(*(possible[name] for name in sorted(narrowed_by)))
    order = (transactions.c.requested_at, table.c.n) if table is transactions else (table.c.n,)
    return Listing(
        narrowed.order_by(*order).limit(given("limit")).offset(given("offset")),
        narrowed.with_only_columns(sa.func.count(), maintain_column_froms=True),
    )

"""Statements of the listings, and of single things out of them: each narrowed to what may be seen."""

import functools
from collections.abc import Mapping
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import accounts, dreams, events, savehack_launches, transactions, transfer_consents, users
from .accounts import account
from .consents import consent
from .dreams import dream
from .launches import launch
from .transactions import transaction
from .users import user

# A row as a mapping from column names: one that was read, or one that is about to be written.
Row = Mapping[Any, Any]

_SOURCES: dict[str, tuple[sa.Select[Any], sa.Table]] = {
    "users": (user, users),
    "accounts": (account, accounts),
    "dreams": (dream, dreams),
    "savehackLaunches": (launch, savehack_launches),
    "transactions": (transaction, transactions),
    "transferConsents": (consent, transfer_consents),
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
    "dreams": {
        "active": dreams.c.deleted_at.is_(None),
        "deleted": dreams.c.deleted_at.is_not(None),
    },
    "savehackLaunches": {"dreamId": savehack_launches.c.dream_id == given("dreamId")},
    "transactions": {
        "externalId": transactions.c.external_id == given("externalId"),
        "state": transactions.c.state == given("state"),
        "after": _place > sa.tuple_(given("after_requested_at"), given("after_n")),
    },
    "transferConsents": {},
}


@attrs.frozen
class Listing:
    """The statements of one listing, narrowed in one way. `page` takes `limit` and `offset`."""

    page: sa.Select[Any]
    count: sa.Select[int]


@functools.cache
def listing(plural: str, narrowed_by: frozenset[str]) -> Listing:
    """Made when first needed: the ways to narrow a listing are more than anybody uses."""
    if plural == "events":
        return _events(narrowed_by)
    source, table = _SOURCES[plural]
    possible = {**_EVERYWHERE, "id": table.c.id == given("id"), **_AMONG[plural]}
    narrowed = source.where(*(possible[name] for name in sorted(narrowed_by)))
    order = (transactions.c.requested_at, table.c.n) if table is transactions else (table.c.n,)
    return Listing(
        narrowed.order_by(*order).limit(given("limit")).offset(given("offset")),
        narrowed.with_only_columns(sa.func.count(), maintain_column_froms=True),
    )


def _events(narrowed_by: frozenset[str]) -> Listing:
    """Events name their tenant themselves: the user they tell of may be gone."""
    possible = {
        "tenant_id": events.c.tenant_id == given("tenant_id"),
        "after_us": events.c.at_us > given("after_us"),
    }
    narrowed = sa.select(*events.c).where(*(possible[name] for name in sorted(narrowed_by)))
    return Listing(
        narrowed.order_by(events.c.at_us).limit(given("limit")).offset(given("offset")),
        narrowed.with_only_columns(sa.func.count(), maintain_column_froms=True),
    )

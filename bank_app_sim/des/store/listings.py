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

# Whose things are listed: the reach of who is asking, and parameters of the API in its own words.
_OWNER: dict[str, sa.ColumnElement[bool]] = {
    "own_user_id": users.c.id == given("own_user_id"),
    "userId": users.c.id == given("userId"),
    "externalUserId": users.c.external_id == given("externalUserId"),
}

# What else a listing can be narrowed by; `after` is a place in its order.
_place = sa.tuple_(transactions.c.requested_at, transactions.c.n)
_AMONG: dict[str, dict[str, sa.ColumnElement[bool]]] = {
    "users": {
        "externalId": users.c.external_id == given("externalId"),
        "after": users.c.n > given("after_n"),
    },
    "accounts": {
        "externalId": accounts.c.external_id == given("externalId"),
        "after": accounts.c.n > given("after_n"),
    },
    "dreams": {
        "after": dreams.c.n > given("after_n"),
        "active": dreams.c.deleted_at.is_(None),
        "deleted": dreams.c.deleted_at.is_not(None),
    },
    "savehackLaunches": {"after": savehack_launches.c.n > given("after_n")},
    "transactions": {
        "externalId": transactions.c.external_id == given("externalId"),
        "state": transactions.c.state == given("state"),
        "after": _place > sa.tuple_(given("after_requested_at"), given("after_n")),
    },
    "transferConsents": {},
}

# Of those that have an id of the bank's there are few: no index of states is to be taken for them.
_STATE_OF_FEW = sa.func.coalesce(transactions.c.state, "") == given("state")

# So many are counted, which takes a millisecond or two. Counting a million takes as long as reading them.
MOST_COUNTED = 10_000


@attrs.frozen
class Listing:
    """The statements of one listing, narrowed in one way.

    Attributes:
        page: Takes `limit` and `offset`.
        count: How many there are, but no more than `MOST_COUNTED` and one.
    """

    page: sa.Select[Any]
    count: sa.Select[int]


@functools.cache
def listing(plural: str, narrowed_by: frozenset[str]) -> Listing:
    """Made when first needed: the ways to narrow a listing are more than anybody uses.

    Which rows are on a page, one index tells, in their order; what belongs to them is read for those alone.
    """
    if plural == "events":
        return _events(narrowed_by)
    source, table = _SOURCES[plural]
    order = (transactions.c.requested_at, table.c.n) if table is transactions else (table.c.n,)
    wanted = sa.select(table.c.n).where(*_conditions(plural, narrowed_by))
    on_page = wanted.order_by(*order).limit(given("limit")).offset(given("offset"))
    return Listing(source.where(table.c.n.in_(on_page)).order_by(*order), _counted(wanted))


@functools.cache
def single(plural: str, narrowed_by: frozenset[str]) -> sa.Select[Any]:
    """The one with an `id`, if it is within reach."""
    source, table = _SOURCES[plural]
    return source.where(table.c.id == given("id"), *_conditions(plural, narrowed_by))


def _conditions(plural: str, narrowed_by: frozenset[str]) -> list[sa.ColumnElement[bool]]:
    """Of the rows of one table alone. What narrows most comes first, and leaves no choice of an index beside it."""
    among = {name: condition for name, condition in _AMONG[plural].items() if name in narrowed_by}
    if plural == "transactions" and "externalId" in among and "state" in among:
        among["state"] = _STATE_OF_FEW
    return [_reach(plural, narrowed_by), *(among[name] for name in sorted(among))]


def _reach(plural: str, narrowed_by: frozenset[str]) -> sa.ColumnElement[bool]:
    """One Dream's, else one user's, else those of the whole tenant."""
    table = _SOURCES[plural][1]
    whose = [_OWNER[name] for name in sorted(narrowed_by & _OWNER.keys())]
    of_tenant = "tenant_id" in narrowed_by
    if table is users:
        return sa.and_(*whose, *([users.c.tenant_id == given("tenant_id")] if of_tenant else []))
    owner = sa.select(users.c.id).where(*whose, *([users.c.tenant_id == given("tenant_id")] if of_tenant else []))
    if "dreamId" in narrowed_by:
        dream = sa.select(dreams.c.id).where(
            dreams.c.id == given("dreamId"), _reach("dreams", narrowed_by - {"dreamId"})
        )
        return savehack_launches.c.dream_id == dream.scalar_subquery()
    if whose:
        return sa.and_(table.c.user_id == owner.scalar_subquery())
    return sa.and_(table.c.tenant_id == given("tenant_id"))


def _counted(wanted: sa.Select[Any]) -> sa.Select[int]:
    some = wanted.limit(MOST_COUNTED + 1).subquery("some")
    return sa.select(sa.func.count()).select_from(some)


def _events(narrowed_by: frozenset[str]) -> Listing:
    """Events name their tenant themselves: the user they tell of may be gone."""
    possible = {
        "tenant_id": events.c.tenant_id == given("tenant_id"),
        "after_us": events.c.at_us > given("after_us"),
    }
    conditions = [possible[name] for name in sorted(narrowed_by)]
    narrowed = sa.select(*events.c).where(*conditions)
    return Listing(
        narrowed.order_by(events.c.at_us).limit(given("limit")).offset(given("offset")),
        _counted(sa.select(events.c.n).where(*conditions)),
    )

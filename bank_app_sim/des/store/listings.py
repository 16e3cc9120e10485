"""Collections: listings, and single rows out of them, each narrowed to what the principal may see."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Query, columns_of, values
from ..tables import accounts, dreams, events, savehack_launches, transactions, transfer_consents, users
from .accounts import account, account_row
from .consents import ConsentRow, consent
from .dreams import DreamRow, dream
from .events import EventRow
from .launches import LaunchRow, launch
from .transactions import TransactionRow, transaction
from .users import UserRow, user


class Numbered(Protocol):
    """A row with its number in the order of insertion."""

    @property
    def n(self) -> int: ...


T = TypeVar("T", bound=Numbered)

# Counting up to here takes a millisecond or two. Counting a million rows takes as long as reading them.
MOST_COUNTED = 10_000


@attrs.frozen(eq=False)
class Collection(Generic[T]):
    """Rows that are listed, or found by their id.

    Attributes:
        plural: What the API calls them.
        read: Makes a row of the columns of `source`.
        table: The table that each row of `source` has one row of.
        among: What a listing can be narrowed by, beside whose rows they are; `after` is a place in its order.
    """

    plural: str
    read: Callable[..., T]
    source: sa.Select[Any]
    table: sa.Table
    among: Mapping[str, sa.ColumnElement[bool]] = attrs.field(factory=dict)


_AFTER_N = given("after_n", type_=sa.BigInteger)

USERS = Collection(
    "users",
    UserRow,
    user,
    users,
    {"externalId": users.c.external_id == given("externalId"), "after": users.c.n > _AFTER_N},
)
ACCOUNTS = Collection(
    "accounts",
    account_row,
    account,
    accounts,
    {"externalId": accounts.c.external_id == given("externalId"), "after": accounts.c.n > _AFTER_N},
)
DREAMS = Collection(
    "dreams",
    DreamRow,
    dream,
    dreams,
    {
        "after": dreams.c.n > _AFTER_N,
        "active": dreams.c.deleted_at.is_(None),
        "deleted": dreams.c.deleted_at.is_not(None),
    },
)
LAUNCHES = Collection(
    "savehackLaunches", LaunchRow, launch, savehack_launches, {"after": savehack_launches.c.n > _AFTER_N}
)
TRANSACTIONS = Collection(
    "transactions",
    TransactionRow,
    transaction,
    transactions,
    {
        "externalId": transactions.c.external_id == given("externalId"),
        "state": transactions.c.state == given("state"),
        "after": sa.tuple_(transactions.c.requested_at, transactions.c.n)
        > sa.tuple_(given("after_requested_at"), _AFTER_N),
    },
)
CONSENTS = Collection("transferConsents", ConsentRow, consent, transfer_consents)
EVENTS = Collection("events", EventRow, sa.select(*columns_of(EventRow, events)), events)

# Whose rows are listed: of the user who asks, or of the user that the query names in the words of the API.
_OWNER: dict[str, sa.ColumnElement[bool]] = {
    "own_user_id": users.c.id == given("own_user_id"),
    "userId": users.c.id == given("userId"),
    "externalUserId": users.c.external_id == given("externalUserId"),
}

# Few transactions have one external id. `coalesce` keeps the database from taking an index of states for them.
_STATE_OF_FEW = sa.func.coalesce(transactions.c.state, "") == given("state")


@attrs.frozen
class Listing(Generic[T]):
    """The queries of one listing, narrowed in one way.

    Attributes:
        page: Takes `limit` and `offset`.
        count: How many there are, but at most one more than `MOST_COUNTED`.
    """

    page: Query[T]
    count: Query[int]


# Made when first needed: there are more ways to narrow a listing than anybody uses.
@functools.cache
def listing(collection: Collection[T], narrowed_by: frozenset[str]) -> Listing[T]:
    """The listing that is narrowed by these names.

    One index gives the numbers of the rows on a page, in their order; what belongs to the rows is read for these only.
    """
    source, table = collection.source, collection.table
    if table is events:
        return _events(collection, narrowed_by)
    order = (transactions.c.requested_at, table.c.n) if table is transactions else (table.c.n,)
    wanted = sa.select(table.c.n).where(*_conditions(collection, narrowed_by))
    on_page = wanted.order_by(*order).limit(given("limit")).offset(given("offset"))
    return Listing(Query(collection.read, source.where(table.c.n.in_(on_page)).order_by(*order)), _counted(wanted))


@functools.cache
def single(collection: Collection[T], narrowed_by: frozenset[str]) -> Query[T]:
    """The row with an `id`, if it is among those that are narrowed by these names."""
    is_this = collection.table.c.id == given("id")
    return Query(collection.read, collection.source.where(is_this, *_conditions(collection, narrowed_by)))


def _conditions(collection: Collection[Any], narrowed_by: frozenset[str]) -> list[sa.ColumnElement[bool]]:
    """Conditions on the rows of one table. The one that narrows most comes first, and leaves no choice of an index."""
    among = {name: condition for name, condition in collection.among.items() if name in narrowed_by}
    if "externalId" in among and "state" in among:
        among["state"] = _STATE_OF_FEW
    return [_reach(collection.table, narrowed_by), *(among[name] for name in sorted(among))]


def _reach(table: sa.Table, narrowed_by: frozenset[str]) -> sa.ColumnElement[bool]:
    """The rows of one Dream, or else of one user, or else of the whole tenant."""
    whose = [_OWNER[name] for name in sorted(narrowed_by & _OWNER.keys())]
    of_tenant = [users.c.tenant_id == given("tenant_id")] if "tenant_id" in narrowed_by else []
    if table is users:
        return sa.and_(*whose, *of_tenant)
    if "dreamId" in narrowed_by:
        its_reach = _reach(dreams, narrowed_by - {"dreamId"})
        dream = sa.select(dreams.c.id).where(dreams.c.id == given("dreamId"), its_reach)
        return savehack_launches.c.dream_id == dream.scalar_subquery()
    if whose:
        return table.c.user_id == sa.select(users.c.id).where(*whose, *of_tenant).scalar_subquery()
    return table.c.tenant_id == given("tenant_id")


def _counted(wanted: sa.Select[Any]) -> Query[int]:
    some = wanted.limit(MOST_COUNTED + 1).subquery("some")
    return values(sa.select(sa.func.count()).select_from(some))


def _events(collection: Collection[T], narrowed_by: frozenset[str]) -> Listing[T]:
    """Events name their tenant themselves, because the user they tell of may be gone."""
    possible = {
        "tenant_id": events.c.tenant_id == given("tenant_id"),
        "after_us": events.c.at_us > given("after_us"),
    }
    conditions = [possible[name] for name in sorted(narrowed_by)]
    page = collection.source.where(*conditions).order_by(events.c.at_us).limit(given("limit")).offset(given("offset"))
    return Listing(Query(collection.read, page), _counted(sa.select(events.c.n).where(*conditions)))

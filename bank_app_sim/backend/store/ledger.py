"""The bank's books: accounts, postings and their entries."""

from collections.abc import Sequence

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, rows, values
from ..tables import accounts, entries, postings


@attrs.frozen
class Balance:
    """What an account holds."""

    name: str
    cents: int = attrs.field(converter=int)  # PostgreSQL gives the sum as a Decimal


@attrs.frozen
class PostedEntry:
    """An entry, with its posting."""

    reference: str
    posted_at: str
    account: str
    amount_cents: int


_total = sa.func.coalesce(sa.func.sum(entries.c.amount_cents), 0)

# An account that is open.
_OPEN: Query[str] = values(
    sa.select(accounts.c.name).where(accounts.c.name == given("name"), accounts.c.closed_at.is_(None))
)
# The open accounts of a customer.
_OPEN_OF_CUSTOMER: Query[str] = values(
    sa.select(accounts.c.name)
    .where(accounts.c.customer == given("customer"), accounts.c.closed_at.is_(None))
    .order_by(accounts.c.name)
)
_ADD_ACCOUNT = sa.insert(accounts)
_CLOSE_ACCOUNT = sa.update(accounts).where(accounts.c.name == given("account")).values(closed_at=given("at"))
# A posting with a reference.
_POSTING: Query[int] = values(sa.select(postings.c.n).where(postings.c.reference == given("reference")))
_ADD_POSTING = sa.insert(postings)
_ADD_ENTRY = sa.insert(entries)
# What an account holds.
_BALANCE: Query[int] = values(sa.select(_total).where(entries.c.account == given("account")))
# What some postings have moved on an account.
_MOVED_BY: Query[int] = values(
    sa.select(_total).where(
        entries.c.account == given("account"), entries.c.posting.startswith(given("beginning", type_=sa.String))
    )
)
# What each account holds.
_BALANCES = rows(
    Balance,
    sa.select(accounts.c.name, _total.label("cents"))
    .select_from(accounts.outerjoin(entries))
    .group_by(accounts.c.name)
    .order_by(accounts.c.name),
)
# Every entry, in the order of posting.
_ALL_ENTRIES = rows(
    PostedEntry,
    sa.select(*columns_of(PostedEntry, entries, postings))
    .select_from(postings.join(entries))
    .order_by(postings.c.n, entries.c.n),
)


def is_account_open(connection: Connection, name: str) -> bool:
    return _OPEN.first(connection, name=name) is not None


def open_accounts_of(connection: Connection, customer: str) -> list[str]:
    return _OPEN_OF_CUSTOMER.all(connection, customer=customer)


def add_account(connection: Connection, name: str, *, customer: str | None, opened_at: str) -> None:
    """Open an account. An account that was closed is opened again."""
    if connection.execute(_CLOSE_ACCOUNT, {"account": name, "at": None}).rowcount == 0:
        connection.execute(_ADD_ACCOUNT, {"name": name, "customer": customer, "opened_at": opened_at})


def close_account(connection: Connection, name: str, *, closed_at: str) -> None:
    connection.execute(_CLOSE_ACCOUNT, {"account": name, "at": closed_at})


def posting_exists(connection: Connection, reference: str) -> bool:
    return _POSTING.first(connection, reference=reference) is not None


def add_posting(connection: Connection, reference: str, changes: Sequence[tuple[str, int]], *, posted_at: str) -> None:
    """Write down a posting: which account changes by how many cents."""
    connection.execute(_ADD_POSTING, {"reference": reference, "posted_at": posted_at})
    added = [{"posting": reference, "account": account, "amount_cents": cents} for account, cents in changes]
    connection.execute(_ADD_ENTRY, added)


def balance(connection: Connection, account: str) -> int:
    return int(_BALANCE.one(connection, account=account))


def moved_by(connection: Connection, account: str, beginning: str) -> int:
    """The sum that postings have moved on an account, of those whose reference begins like that."""
    return int(_MOVED_BY.one(connection, account=account, beginning=beginning))


def balances(connection: Connection) -> list[Balance]:
    return _BALANCES.all(connection)


def all_entries(connection: Connection) -> list[PostedEntry]:
    return _ALL_ENTRIES.all(connection)

"""Every statement on the bank's books, and the functions that run them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..server.database import Connection
from .tables import accounts, entries, postings

_account = sa.select(accounts.c.name).where(accounts.c.name == given("name"), accounts.c.closed_at.is_(None))
_add_account = sa.insert(accounts)
_reopen_account = sa.update(accounts).where(accounts.c.name == given("account")).values(closed_at=None)
_close_account = sa.update(accounts).where(accounts.c.name == given("account")).values(closed_at=given("at"))
_open_of_customer = (
    sa.select(accounts.c.name)
    .where(accounts.c.customer == given("customer"), accounts.c.closed_at.is_(None))
    .order_by(accounts.c.name)
)
_posting = sa.select(postings.c.n).where(postings.c.reference == given("reference"))
_add_posting = sa.insert(postings)
_add_entry = sa.insert(entries)
_balance = sa.select(sa.func.coalesce(sa.func.sum(entries.c.amount_cents), 0)).where(
    entries.c.account == given("account")
)
_moved_by = sa.select(sa.func.coalesce(sa.func.sum(entries.c.amount_cents), 0)).where(
    entries.c.account == given("account"), entries.c.posting.startswith(given("beginning", type_=sa.String))
)
_balances = (
    sa.select(accounts.c.name, sa.func.coalesce(sa.func.sum(entries.c.amount_cents), 0))
    .select_from(accounts.outerjoin(entries))
    .group_by(accounts.c.name)
    .order_by(accounts.c.name)
)
_all_entries = (
    sa.select(postings.c.reference, postings.c.posted_at, entries.c.account, entries.c.amount_cents)
    .select_from(postings.join(entries))
    .order_by(postings.c.n, entries.c.n)
)


def is_account_open(connection: Connection, name: str) -> bool:
    return connection.execute(_account, {"name": name}).first() is not None


def open_accounts_of(connection: Connection, customer: str) -> list[str]:
    return list(connection.execute(_open_of_customer, {"customer": customer}).scalars())


def add_account(connection: Connection, name: str, *, customer: str | None, opened_at: str) -> None:
    """Write down that an account is open; one that was closed is opened again."""
    if connection.execute(_reopen_account, {"account": name}).rowcount == 0:
        connection.execute(_add_account, {"name": name, "customer": customer, "opened_at": opened_at})


def close_account(connection: Connection, name: str, *, closed_at: str) -> None:
    connection.execute(_close_account, {"account": name, "at": closed_at})


def posting_exists(connection: Connection, reference: str) -> bool:
    return connection.execute(_posting, {"reference": reference}).first() is not None


def add_posting(connection: Connection, reference: str, changes: Sequence[tuple[str, int]], *, posted_at: str) -> None:
    """Write down what changes by how many cents, and why."""
    connection.execute(_add_posting, {"reference": reference, "posted_at": posted_at})
    connection.execute(
        _add_entry,
        [{"posting": reference, "account": account, "amount_cents": cents} for account, cents in changes],
    )


def balance(connection: Connection, account: str) -> int:
    return int(connection.execute(_balance, {"account": account}).scalar_one())


def moved_by(connection: Connection, account: str, beginning: str) -> int:
    """What postings whose reference begins so have moved on an account, in sum."""
    return int(connection.execute(_moved_by, {"account": account, "beginning": beginning}).scalar_one())


def balances(connection: Connection) -> list[tuple[str, int]]:
    return [(name, int(cents)) for name, cents in connection.execute(_balances)]


def all_entries(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Reference, moment, account and cents of each entry, in the order of posting."""
    return [(reference, at, account, cents) for reference, at, account, cents in connection.execute(_all_entries)]

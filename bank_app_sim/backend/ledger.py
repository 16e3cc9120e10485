"""The bank's books: double entry in whole cents.

Money never appears or vanishes, it moves: the entries of a posting sum to zero, and so do all balances together. The
reference of a posting says why it was made; the same reference moves money once.
"""

from datetime import datetime
from typing import Any

import attrs

from ..server.database import Connection
from ..timeline.clock import timestamp
from . import store

# The accounts on the other side: of money that comes from outside these books or goes there, and of what markets give
# and take.
FUNDING = "bank:funding"
MARKET = "bank:market"

# How the references of postings begin that markets cause.
BY_MARKET = "market:"


def current_account(customer: str) -> str:
    return f"current:{customer}"


def savings_account(customer: str, dream_id: str | None = None) -> str:
    """The account for all of a customer's savings, or for one Dream."""
    return f"savings:{customer}" if dream_id is None else f"savings:{customer}:{dream_id}"


def investment_account(customer: str, dream_id: str) -> str:
    return f"investments:{customer}:{dream_id}"


@attrs.frozen
class Entry:
    """A change of one account's balance, in cents; never zero."""

    account: str
    amount_cents: int


def _balanced(_posting: object, _attribute: object, entries: tuple[Entry, ...]) -> None:
    if len(entries) < 2 or any(entry.amount_cents == 0 for entry in entries):
        raise ValueError(f"a posting has two entries or more, and none of nothing: {entries}")
    if (total := sum(entry.amount_cents for entry in entries)) != 0:
        raise ValueError(f"the entries of a posting sum to zero, not to {total}: {entries}")


@attrs.frozen
class Posting:
    """Entries that belong together.

    Attributes:
        reference: Why it was made, such as `deposit:<transaction id>`.
    """

    reference: str
    entries: tuple[Entry, ...] = attrs.field(validator=_balanced)


def movement(reference: str, *, source: str, target: str, amount_cents: int) -> Posting:
    """The posting that moves a positive amount from one account to another."""
    if amount_cents <= 0:
        raise ValueError(f"only a positive amount can be moved, not {amount_cents} cents")
    return Posting(reference, (Entry(source, -amount_cents), Entry(target, amount_cents)))


def open_account(connection: Connection, name: str, *, at: datetime, customer: str | None = None) -> None:
    """Open an account, or reopen it. An open account stays as it is. Without a customer it is the bank's own."""
    if not store.ledger.is_account_open(connection, name):
        store.ledger.add_account(connection, name, customer=customer, opened_at=timestamp(at))


def close_savings(connection: Connection, customer: str, *, reason: str, at: datetime) -> None:
    """Close the customer's savings accounts, if any are open. The money goes back to the current account.

    Args:
        reason: Why they are closed. The same reason moves money once.
    """
    current = current_account(customer)
    savings = [name for name in store.ledger.open_accounts_of(connection, customer) if name != current]
    left = {name: store.ledger.balance(connection, name) for name in savings}
    if (left_cents := sum(left.values())) != 0:
        paid_out = (Entry(name, -cents) for name, cents in left.items() if cents)
        post(connection, Posting(f"closing:{reason}", (*paid_out, Entry(current, left_cents))), at=at)
    for name in savings:
        store.ledger.close_account(connection, name, closed_at=timestamp(at))


def post(connection: Connection, posting: Posting, *, at: datetime) -> bool:
    """Write a posting down; False if its reference was posted before, and then nothing moves."""
    if store.ledger.posting_exists(connection, posting.reference):
        return False
    store.ledger.add_posting(
        connection,
        posting.reference,
        [(entry.account, entry.amount_cents) for entry in posting.entries],
        posted_at=timestamp(at),
    )
    return True


def accounts_of(connection: Connection, customer: str) -> dict[str, Any]:
    """The customer's open accounts, and what they hold."""
    names = store.ledger.open_accounts_of(connection, customer)
    return {"accounts": [{"name": name, "balance_cents": store.ledger.balance(connection, name)} for name in names]}


def books(connection: Connection) -> dict[str, Any]:
    """All books: balances, postings, the transfers that were made or refused, and the sum, which must be zero."""
    postings: dict[str, dict[str, Any]] = {}
    for entry in store.ledger.all_entries(connection):
        begun = {"reference": entry.reference, "posted_at": entry.posted_at, "entries": []}
        posting = postings.setdefault(entry.reference, begun)
        posting["entries"].append({"account": entry.account, "amount_cents": entry.amount_cents})
    balances = store.ledger.balances(connection)
    return {
        "accounts": [{"name": balance.name, "balance_cents": balance.cents} for balance in balances],
        "postings": list(postings.values()),
        "transfers": [attrs.asdict(transfer) for transfer in store.transfers.list_all(connection)],
        "sum_cents": sum(balance.cents for balance in balances),
    }

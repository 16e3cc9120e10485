"""The outcome of transactions: balances move here, and nowhere else."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from . import store
from .outbox import Outbox
from .store import Row

# How the events of a transaction begin (reference: impact-finance-api 3.1).
EVENTS = {"Deposit": "Deposit", "Withdrawal": "Withdrawal", "Internal": "InternalTransfer"}


def settle(connection: sa.Connection, transaction: Row, *, at: str, outbox: Outbox) -> None:
    """The money has arrived."""
    connection.execute(store.transactions.SETTLE, {"transaction_id": transaction["id"], "at": at})
    cents = transaction["amount_cents"]
    connection.execute(store.accounts.ADD, {"account_id": transaction["to_account_id"], "cents": cents})
    connection.execute(store.dreams.ADD, {"dream_id": transaction["to_dream_id"], "cents": cents})
    outbox.note(f"{EVENTS[transaction['type']]}Settled", "transactions", transaction["id"])


def fail(connection: sa.Connection, ids: Sequence[str], *, at: str, reasons: Sequence[str], outbox: Outbox) -> None:
    """The money will not move."""
    if not ids:
        return
    failures: list[dict[str, Any]] = [{"transaction_id": each, "at": at, "reasons": list(reasons)} for each in ids]
    connection.execute(store.transactions.FAIL, failures)
    types = {
        row["id"]: row["type"] for row in connection.execute(store.transactions.BY_IDS, {"ids": list(ids)}).mappings()
    }
    for each in ids:
        outbox.note(f"{EVENTS[types[each]]}Failed", "transactions", each)

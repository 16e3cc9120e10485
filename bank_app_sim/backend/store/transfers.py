"""Transactions of DES that the bank has moved or refused."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, columns_of, rows
from ..tables import transfers
from ..transfers import Transfer, TransferState
from .claims import DueRows

DUE = DueRows(
    Transfer,
    transfers,
    key="transaction_id",
    key_of=lambda transfer: transfer.transaction_id,
    order=("received_at", "transaction_id"),
)
_TRANSFERS = sa.select(*columns_of(Transfer, transfers))

# What became of one transaction.
_GET = rows(Transfer, _TRANSFERS.where(transfers.c.transaction_id == given("transaction_id")))
# Every transfer, the oldest first.
_ALL = rows(Transfer, _TRANSFERS.order_by(transfers.c.received_at, transfers.c.transaction_id))
_ADD = sa.insert(transfers)
# DES was told, and nothing is left to do.
_END = DUE.change.values(
    state=given("new_state"), reason=given("reason"), due_at=None, claimed_until=None, attempts=0, last_error=None
)
# DES must be told once more.
_TELL_AGAIN = DUE.change.values(
    state=given("new_state"), due_at=given("now"), claimed_until=None, attempts=0, last_error=None
)


def get(connection: Connection, transaction_id: str) -> Transfer | None:
    """What became of a transaction of DES; None if it is new to the bank."""
    return _GET.one_or_none(connection, transaction_id=transaction_id)


def list_all(connection: Connection) -> list[Transfer]:
    return _ALL.all(connection)


def add(connection: Connection, transfer: Transfer, *, now: str) -> None:
    """Write down what was just moved or refused. Telling DES is due at once."""
    columns = {**attrs.asdict(transfer), "state": transfer.state.value}
    connection.execute(_ADD, {**columns, "received_at": now, "due_at": now})


def end(connection: Connection, transfer: Transfer, state: TransferState, *, reason: str | None) -> None:
    """Write down what came of telling DES, unless another worker has already."""
    connection.execute(_END, {**DUE.step(transfer), "new_state": state.value, "reason": reason})


def tell_again(connection: Connection, transfer: Transfer, state: TransferState, *, now: str) -> None:
    """Tell DES once more what was decided, beginning at `state`."""
    connection.execute(_TELL_AGAIN, {**DUE.step(transfer), "new_state": state.value, "now": now})

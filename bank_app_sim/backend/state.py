"""Everything that the bank has at one moment, for tests: plain fields, by collection and key."""

from typing import Any

from ..server.database import Connection
from . import store

Fields = dict[str, Any]


def read(connection: Connection) -> dict[str, dict[str, Fields]]:
    """Orders for accounts, the books, and the events that DES has told; amounts in cents."""
    return {
        "orders": {
            order.id: {"customer": order.customer, "product": order.product, "state": order.state.value}
            for order in store.orders.list_all(connection)
        },
        "books": {balance.name: {"balance_cents": balance.cents} for balance in store.ledger.balances(connection)},
        "transfers": {
            transfer.transaction_id: {
                "customer": transfer.customer,
                "kind": transfer.kind,
                "amount_cents": transfer.amount_cents,
                "state": transfer.state.value,
                "reason": transfer.reason,
            }
            for transfer in store.transfers.list_all(connection)
        },
        "events": {
            event.id: {"type": event.type, "came_by": event.came_by} for event in store.events.all_kept(connection)
        },
    }

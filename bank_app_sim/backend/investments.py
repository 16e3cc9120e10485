"""What Performance accounts are worth by the books: what was paid in, and what markets have added or taken."""

from impact_sdk import AccountUpdate

from ..server.database import Connection
from . import ledger, store
from .gateway import PERFORMANCE
from .orders import Order


def worth(connection: Connection, account: str) -> AccountUpdate | None:
    """What to tell DES of an account; None if it is not a Performance account, or DES does not know it yet."""
    order = store.orders.of_savings(connection, account)
    return None if order is None or order.account_id is None else worth_of(connection, order)


def worth_of(connection: Connection, order: Order) -> AccountUpdate | None:
    """As `worth()`, for the account that an order opened."""
    if order.product != PERFORMANCE or order.account_id is None:
        return None
    balance_cents = store.ledger.balance(connection, order.savings_account)
    gain_cents = store.ledger.moved_by(connection, order.savings_account, ledger.BY_MARKET)
    paid_in_cents = max(0, balance_cents - gain_cents)
    return AccountUpdate(
        id=order.account_id,
        balance_cents=balance_cents,
        liquid_balance_cents=balance_cents,  # this bank sells at once
        performance_cents=gain_cents,
        performance_percent=round(100 * gain_cents / paid_in_cents, 2) if paid_in_cents else 0.0,
        total_acquisition_cost_cents=paid_in_cents,
    )

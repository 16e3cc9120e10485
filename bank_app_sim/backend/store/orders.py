"""Orders for accounts."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows, values
from ..orders import MAKES_ROOM, Order, OrderState
from ..tables import orders
from .claims import DueRows

DUE = DueRows(Order, orders, key="n", key_of=lambda order: order.n, order=("n",))
_ORDERS = sa.select(*columns_of(Order, orders))

_has_ended = orders.c.state.in_([state.value for state in MAKES_ROOM])
_dream = sa.func.coalesce(orders.c.dream_id, "")
_is_for_this = sa.and_(
    orders.c.customer == given("customer"), _dream == sa.func.coalesce(given("dream_id", type_=sa.String), "")
)

# The order that a request belongs to. An order that has not ended is always newer than all that have.
_BELONGING = rows(
    Order,
    _ORDERS.where(_is_for_this, sa.or_(sa.not_(_has_ended), orders.c.request_id == given("request_id")))
    .order_by(orders.c.n.desc())
    .limit(1),
)
# A later order for the same Dream, or for all Dreams.
_NEWER: Query[int] = values(sa.select(orders.c.n).where(_is_for_this, orders.c.n > given("than")).limit(1))
# One order of a customer.
_OWN = rows(Order, _ORDERS.where(orders.c.id == given("id"), orders.c.customer == given("customer")))
# The order that opened the account which DES knows by this id.
_OF_ACCOUNT = rows(Order, _ORDERS.where(orders.c.account_id == given("account_id")))
# The latest order that opened this account of the books.
_OF_SAVINGS = rows(Order, _ORDERS.where(orders.c.savings_account == given("name")).order_by(orders.c.n.desc()).limit(1))
# Every order, the oldest first.
_ALL = rows(Order, _ORDERS.order_by(orders.c.n))

_ADD: Query[int] = values(sa.insert(orders).returning(orders.c.n))
# An order takes a step.
_MOVE = DUE.change.values(
    state=given("new_state"),
    due_at=given("due_at"),
    claimed_until=given("until"),
    user_id=given("user_id"),
    account_id=given("account_id"),
    attempts=0,
    last_error=None,
)
# An order with an open account goes back to where DES is told of the account.
_POST_AGAIN = DUE.change.values(
    state=OrderState.OPENED.value, due_at=given("now"), claimed_until=None, attempts=0, last_error=None
)
# Every order that waits for a decision is due now.
_HASTEN_DECISIONS = (
    sa.update(orders)
    .where(orders.c.due_at > "", orders.c.state == OrderState.ORDERED.value)
    .values(due_at=given("now"))
)
# The customer's order ends, if it is older than a moment.
_CLOSE = (
    sa.update(orders)
    .where(orders.c.customer == given("of_customer"), orders.c.ordered_at < given("before"), sa.not_(_has_ended))
    .values(state=OrderState.CLOSED.value, due_at=None, claimed_until=None, attempts=0, last_error=None)
)


def belonging_to(
    connection: Connection, customer: str, *, request_id: str | None, dream_id: str | None
) -> Order | None:
    """The order that has not ended, or else the order that the same request made; None if there is neither."""
    return _BELONGING.first(connection, customer=customer, request_id=request_id, dream_id=dream_id)


def is_superseded(connection: Connection, order: Order) -> bool:
    """The customer has ordered again since, for the same Dream."""
    newer = _NEWER.first(connection, customer=order.customer, dream_id=order.dream_id, than=order.n)
    return newer is not None


def get(connection: Connection, order_id: str, *, customer: str) -> Order | None:
    return _OWN.one_or_none(connection, id=order_id, customer=customer)


def of_account(connection: Connection, account_id: str) -> Order | None:
    """The order that opened an account, by the account's id at DES; None if the bank did not open it."""
    return _OF_ACCOUNT.one_or_none(connection, account_id=account_id)


def of_savings(connection: Connection, savings_account: str) -> Order | None:
    """The latest order that opened an account, by the account's name in the books."""
    return _OF_SAVINGS.first(connection, name=savings_account)


def list_all(connection: Connection) -> list[Order]:
    return _ALL.all(connection)


def add(connection: Connection, order: Order, *, due_at: str) -> Order:
    """Write down a new order. Returns it with its number."""
    added = {**parameters(orders, order), "state": str(order.state), "due_at": due_at}
    return attrs.evolve(order, n=_ADD.one(connection, **added))


def move(connection: Connection, order: Order, state: OrderState, *, now: str, claimed_until: str) -> Order | None:
    """Write down that a step was taken, and what DES answered. The next step is due at once, for the same worker.

    Returns the order after the step; None if another worker was quicker, and then nothing is written.
    """
    next_step = {"due_at": None, "until": None} if state.is_final else {"due_at": now, "until": claimed_until}
    answered = {"user_id": order.user_id, "account_id": order.account_id}
    moved = connection.execute(_MOVE, {**DUE.step(order), "new_state": state.value, **next_step, **answered})
    return attrs.evolve(order, state=state, attempts=0, last_error=None) if moved.rowcount else None


def post_again(connection: Connection, order: Order, *, now: str) -> None:
    """Tell DES once more of an open account."""
    connection.execute(_POST_AGAIN, {**DUE.step(order), "now": now})


def hasten_decisions(connection: Connection, *, now: str) -> None:
    connection.execute(_HASTEN_DECISIONS, {"now": now})


def close(connection: Connection, customer: str, *, before: str) -> bool:
    """End the customer's order, in whatever state, if it was made before that moment. Returns whether there was one."""
    return connection.execute(_CLOSE, {"of_customer": customer, "before": before}).rowcount > 0

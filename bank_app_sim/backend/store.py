"""Every statement on the bank's tables, written once so that it is compiled once, and the functions that run them."""

from datetime import timedelta
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..server.database import Connection
from .claims import BATCH, amend, asked_at, is_due_and_free
from .provisioning import MAKES_ROOM, Order, OrderState
from .tables import access_tokens, customers, orders, settlement, signing_keys, transfers
from .transfers import Transfer, TransferState

# The bank's key

_signing_key = sa.select(signing_keys.c.kid, signing_keys.c.private_number)
_add_signing_key = sa.insert(signing_keys)


def signing_key(connection: Connection, *, otherwise: tuple[str, str]) -> tuple[str, str]:
    """The key's name and number; `otherwise` becomes the key where there is none yet."""
    kept = connection.execute(_signing_key).one_or_none()
    if kept is not None:
        return kept.kid, kept.private_number
    connection.execute(_add_signing_key, {"kid": otherwise[0], "private_number": otherwise[1]})
    return otherwise


# Customers

_is_customer = sa.select(customers.c.name).where(customers.c.name == given("name"))
_add_customer = sa.insert(customers)
_add_access_token = sa.insert(access_tokens)
_remove_expired_tokens = sa.delete(access_tokens).where(access_tokens.c.expires_at <= given("now"))
_customer_of_token = sa.select(access_tokens.c.customer).where(
    access_tokens.c.digest == given("digest"), access_tokens.c.expires_at > given("now")
)


def is_customer(connection: Connection, name: str) -> bool:
    return connection.execute(_is_customer, {"name": name}).first() is not None


def add_customer(connection: Connection, name: str, *, registered_at: str) -> None:
    connection.execute(_add_customer, {"name": name, "registered_at": registered_at})


def add_access_token(connection: Connection, digest: str, *, customer: str, expires_at: str) -> None:
    connection.execute(_add_access_token, {"digest": digest, "customer": customer, "expires_at": expires_at})


def remove_expired_tokens(connection: Connection, now: str) -> None:
    connection.execute(_remove_expired_tokens, {"now": now})


def customer_of_token(connection: Connection, digest: str, now: str) -> str | None:
    customer: str | None = connection.execute(_customer_of_token, {"digest": digest, "now": now}).scalar()
    return customer


# Orders

_ORDER = [
    orders.c[name]
    for name in (
        "n",
        "id",
        "customer",
        "request_id",
        "user_id",
        "dream_id",
        "product",
        "account_external_id",
        "account_id",
        "savings_account",
        "state",
        "ordered_at",
        "attempts",
        "last_error",
    )
]
_ENDED = [state.value for state in MAKES_ROOM]
_dream = sa.func.coalesce(orders.c.dream_id, "")
# The newest first: an order that has not ended is always newer than those that have.
_order_for = (
    sa.select(*_ORDER)
    .where(
        orders.c.customer == given("customer"),
        _dream == sa.func.coalesce(given("dream_id", type_=sa.String), ""),
        sa.or_(orders.c.state.not_in(_ENDED), orders.c.request_id == given("request_id")),
    )
    .order_by(orders.c.n.desc())
    .limit(1)
)
_add_order = sa.insert(orders).returning(*_ORDER)
_order = sa.select(*_ORDER).where(orders.c.id == given("id"), orders.c.customer == given("customer"))
_due_orders = sa.select(*_ORDER).where(is_due_and_free(orders)).order_by(orders.c.due_at, orders.c.n).limit(BATCH)
_all_orders = sa.select(*_ORDER).order_by(orders.c.n)
_hasten_decisions = (
    sa.update(orders)
    .where(orders.c.due_at > "", orders.c.state == OrderState.ORDERED.value)
    .values(due_at=given("now"))
)
_claim_order = sa.update(orders).where(orders.c.n == given("order")).values(claimed_until=given("until"))
_newer_order = (
    sa.select(orders.c.n)
    .where(
        orders.c.customer == given("customer"),
        _dream == sa.func.coalesce(given("dream_id", type_=sa.String), ""),
        orders.c.n > given("than"),
    )
    .limit(1)
)
_order_of_account = sa.select(*_ORDER).where(orders.c.account_id == given("account_id"))
_order_of_savings = (
    sa.select(*_ORDER).where(orders.c.savings_account == given("name")).order_by(orders.c.n.desc()).limit(1)
)
_move_order = (
    sa.update(orders)
    .where(orders.c.n == given("order"), orders.c.state == given("old_state"))
    .values(
        state=given("new_state"),
        due_at=given("due_at"),
        claimed_until=given("until"),
        user_id=given("user_id"),
        account_id=given("account_id"),
        attempts=0,
        last_error=None,
    )
)
_post_again = (
    sa.update(orders)
    .where(orders.c.n == given("order"), orders.c.state == given("old_state"))
    .values(state=OrderState.OPENED.value, due_at=given("now"), claimed_until=None, attempts=0, last_error=None)
)
_postpone_order = (
    sa.update(orders)
    .where(orders.c.n == given("order"), orders.c.state == given("old_state"))
    .values(due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error"))
)


def order_for(connection: Connection, customer: str, *, request_id: str | None, dream_id: str | None) -> Order | None:
    """The order that this request belongs to: one that has not ended, or the one that the same request has made."""
    wanted = {"customer": customer, "request_id": request_id, "dream_id": dream_id}
    row = connection.execute(_order_for, wanted).one_or_none()
    return None if row is None else Order(**row._mapping)


def order_of_account(connection: Connection, account_id: str) -> Order | None:
    """The order by which an account came about that DES knows by this id; None for one that the bank did not open."""
    row = connection.execute(_order_of_account, {"account_id": account_id}).one_or_none()
    return None if row is None else Order(**row._mapping)


def order_of_savings(connection: Connection, savings_account: str) -> Order | None:
    """The order, the latest one, by which an account in the books came about."""
    row = connection.execute(_order_of_savings, {"name": savings_account}).one_or_none()
    return None if row is None else Order(**row._mapping)


def add_order(connection: Connection, **columns: Any) -> Order:
    """Write down a new order; `columns` are those that the customer and the clock decide."""
    row = connection.execute(_add_order, {"state": OrderState.ORDERED.value, "attempts": 0, **columns}).one()
    return Order(**row._mapping)


def order(connection: Connection, order_id: str, *, customer: str) -> Order | None:
    row = connection.execute(_order, {"id": order_id, "customer": customer}).one_or_none()
    return None if row is None else Order(**row._mapping)


def all_orders(connection: Connection) -> list[Order]:
    return [Order(**row._mapping) for row in connection.execute(_all_orders)]


def hasten_decisions(connection: Connection, *, now: str) -> None:
    """Every order that waits for a decision is due now."""
    connection.execute(_hasten_decisions, {"now": now})


def claim_orders(connection: Connection, now: str, *, until: str) -> list[Order]:
    """Orders whose step is due and that no other worker is at, a batch of them; now they are this one's."""
    amend(connection, orders, now)
    due = [Order(**row._mapping) for row in connection.execute(_due_orders, asked_at(now))]
    if due:
        connection.execute(_claim_order, [{"order": order.n, "until": until} for order in due])
    return due


def is_superseded(connection: Connection, order: Order) -> bool:
    """Whether the customer has ordered again since, for the same Dream."""
    wanted = {"customer": order.customer, "dream_id": order.dream_id, "than": order.n}
    return connection.execute(_newer_order, wanted).first() is not None


def move_order(
    connection: Connection, order: Order, state: OrderState, *, now: str, claimed_until: str
) -> Order | None:
    """Write down that a step was taken, and what DES has answered: the next one, if there is one, is due at once, and
    is the same worker's.

    Returns the order as it is then; None where another worker was quicker, and nothing is written.
    """
    moved = connection.execute(
        _move_order,
        {
            "order": order.n,
            "old_state": order.state.value,
            "new_state": state.value,
            "due_at": None if state.is_final else now,
            "until": None if state.is_final else claimed_until,
            "user_id": order.user_id,
            "account_id": order.account_id,
        },
    )
    return attrs.evolve(order, state=state, attempts=0, last_error=None) if moved.rowcount else None


def post_again(connection: Connection, order: Order, *, now: str) -> None:
    """Let DES be told once more of an account that is open."""
    connection.execute(_post_again, {"order": order.n, "old_state": order.state.value, "now": now})


def postpone_order(connection: Connection, order: Order, *, due_at: str, last_error: str) -> None:
    connection.execute(
        _postpone_order,
        {
            "order": order.n,
            "old_state": order.state.value,
            "due_at": due_at,
            "attempts": order.attempts + 1,
            "last_error": last_error,
        },
    )


# Transfers

_TRANSFER = [
    transfers.c[name]
    for name in (
        "transaction_id",
        "kind",
        "customer",
        "user_id",
        "source",
        "target",
        "amount_cents",
        "state",
        "reason",
        "attempts",
        "last_error",
    )
]
_transfer = sa.select(*_TRANSFER).where(transfers.c.transaction_id == given("transaction_id"))
_add_transfer = sa.insert(transfers)
_due_transfers = (
    sa.select(*_TRANSFER)
    .where(is_due_and_free(transfers))
    .order_by(transfers.c.due_at, transfers.c.received_at, transfers.c.transaction_id)
    .limit(BATCH)
)
_claim_transfer = (
    sa.update(transfers).where(transfers.c.transaction_id == given("transfer")).values(claimed_until=given("until"))
)
_all_transfers = sa.select(*_TRANSFER).order_by(transfers.c.received_at, transfers.c.transaction_id)
_end_transfer = (
    sa.update(transfers)
    .where(transfers.c.transaction_id == given("transfer"), transfers.c.state == given("old_state"))
    .values(
        state=given("new_state"), reason=given("reason"), due_at=None, claimed_until=None, attempts=0, last_error=None
    )
)
_tell_again = (
    sa.update(transfers)
    .where(transfers.c.transaction_id == given("transfer"), transfers.c.state == given("old_state"))
    .values(state=given("new_state"), due_at=given("now"), claimed_until=None, attempts=0, last_error=None)
)
_postpone_transfer = (
    sa.update(transfers)
    .where(transfers.c.transaction_id == given("transfer"), transfers.c.state == given("old_state"))
    .values(due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error"))
)


def transfer(connection: Connection, transaction_id: str) -> Transfer | None:
    """What has become of a transaction of DES; None for one that is new to the bank."""
    row = connection.execute(_transfer, {"transaction_id": transaction_id}).one_or_none()
    return None if row is None else Transfer(**row._mapping)


def add_transfer(connection: Connection, transfer: Transfer, *, now: str) -> None:
    """Write down what was just moved or refused; telling DES is due at once."""
    connection.execute(
        _add_transfer,
        {
            "transaction_id": transfer.transaction_id,
            "kind": transfer.kind,
            "customer": transfer.customer,
            "user_id": transfer.user_id,
            "source": transfer.source,
            "target": transfer.target,
            "amount_cents": transfer.amount_cents,
            "state": transfer.state.value,
            "reason": transfer.reason,
            "received_at": now,
            "due_at": now,
            "attempts": 0,
        },
    )


def claim_transfers(connection: Connection, now: str, *, until: str) -> list[Transfer]:
    """Transfers of which DES is to be told and that no other worker is at, a batch of them; now they are this one's."""
    amend(connection, transfers, now)
    due = [Transfer(**row._mapping) for row in connection.execute(_due_transfers, asked_at(now))]
    if due:
        claims = [{"transfer": transfer.transaction_id, "until": until} for transfer in due]
        connection.execute(_claim_transfer, claims)
    return due


def all_transfers(connection: Connection) -> list[Transfer]:
    return [Transfer(**row._mapping) for row in connection.execute(_all_transfers)]


def end_transfer(connection: Connection, transfer: Transfer, state: TransferState, *, reason: str | None) -> None:
    """Write down what came of telling DES, unless another worker has already."""
    connection.execute(
        _end_transfer,
        {
            "transfer": transfer.transaction_id,
            "old_state": transfer.state.value,
            "new_state": state.value,
            "reason": reason,
        },
    )


def tell_again(connection: Connection, transfer: Transfer, state: TransferState, *, now: str) -> None:
    """Let telling DES be due once more for what was concluded."""
    told = {
        "transfer": transfer.transaction_id,
        "old_state": transfer.state.value,
        "new_state": state.value,
        "now": now,
    }
    connection.execute(_tell_again, told)


def postpone_transfer(connection: Connection, transfer: Transfer, *, due_at: str, last_error: str) -> None:
    connection.execute(
        _postpone_transfer,
        {
            "transfer": transfer.transaction_id,
            "old_state": transfer.state.value,
            "due_at": due_at,
            "attempts": transfer.attempts + 1,
            "last_error": last_error,
        },
    )


# Settlement

_settlement = sa.select(settlement.c.n)
_add_settlement = sa.insert(settlement).values(attempts=0)
_claim_settlement = (
    sa.update(settlement)
    .where(is_due_and_free(settlement))
    .values(claimed_until=given("until"))
    .returning(settlement.c.attempts)
)
_plan_settlement = sa.update(settlement).values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)
# Whoever was hastened while somebody was at it is not put off by what that one plans.
_conclude_settlement = _plan_settlement.where(settlement.c.claimed_until == given("of_claim"))
_hasten_settlement = (
    sa.update(settlement).where(settlement.c.due_at.is_not(None)).values(due_at=given("due"), claimed_until=None)
)


def prepare_settlement(connection: Connection) -> None:
    """Make the row that says when to settle next; until an account is reported, never."""
    if connection.execute(_settlement).first() is None:
        connection.execute(_add_settlement)


def claim_settlement(connection: Connection, now: str, *, until: str, longest: timedelta) -> int | None:
    """How many attempts at settling have failed in a row; None while it is not due, or another worker is at it."""
    amend(connection, settlement, now, longest=longest)
    failed: int | None = connection.execute(_claim_settlement, {**asked_at(now), "until": until}).scalar()
    return failed


def plan_settlement(connection: Connection, due_at: str, *, attempts: int = 0, last_error: str | None = None) -> None:
    connection.execute(_plan_settlement, {"due_at": due_at, "attempts": attempts, "last_error": last_error})


def conclude_settlement(
    connection: Connection, due_at: str, *, of_claim: str, attempts: int, last_error: str | None
) -> None:
    """As `plan_settlement()`, by whoever has claimed it; it stays as it is when that is somebody else by now."""
    parameters = {"due_at": due_at, "of_claim": of_claim, "attempts": attempts, "last_error": last_error}
    connection.execute(_conclude_settlement, parameters)


def hasten_settlement(connection: Connection, now: str) -> None:
    """Settle now, and not only when it is time again; before the first account is reported, still never."""
    connection.execute(_hasten_settlement, {"due": now})

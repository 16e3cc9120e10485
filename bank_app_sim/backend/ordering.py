"""Takes orders for savings accounts."""

from datetime import timedelta
from math import ceil

import attrs

from ..server.database import Connection
from ..server.ids import Ids
from ..timeline.clock import Clock, moment, timestamp
from . import ledger, store
from .gateway import PERFORMANCE, SHARED_SAVINGS
from .orders import Order, OrderState


class EarlierUser(Exception):
    """The customer's order is for a user whom Impact Finance no longer has; the message says what to do."""


@attrs.frozen(kw_only=True)
class OrderRequest:
    """What the bank's app asks for, in the words of the SDK's callback. Without a `user_id` it is in advance.

    Attributes:
        dream_id: DES's id of the Dream that the account is for, if each Dream has an account of its own.
    """

    request_id: str | None
    user_id: str | None
    dream_id: str | None
    account_external_id: str | None


@attrs.define(eq=False, kw_only=True)
class OrderBook:
    """Takes orders.

    Attributes:
        dream_product: What the bank opens for a Dream.
        decision_after: From an order to the bank's decision on it; it may change from one order to the next.
    """

    dream_product: str
    decision_after: timedelta
    clock: Clock
    ids: Ids

    def seconds_to_decision(self, order: Order) -> int:
        """How long the bank may take to decide: something to tell the customer, not a promise."""
        decided_at = moment(order.ordered_at) + self.decision_after
        return max(1, ceil((decided_at - self.clock.now()).total_seconds()))

    def take(self, connection: Connection, customer: str, request: OrderRequest) -> tuple[Order, bool]:
        """The customer's order, and whether it is new.

        It is an earlier order if the same request made it, or if its account exists or is being opened: a customer gets
        one account, or one for each Dream, however often it is asked for. After a refusal, or after the savings account
        was closed, another request makes a new order.

        Raises:
            EarlierUser: The customer was deleted at Impact Finance and has started again there, and the bank does not
                know it yet. With the old order, the new user's savings would wait for an account that never comes.
        """
        order_id, now = self.ids.uuid(), self.clock.now()
        known = store.orders.belonging_to(
            connection, customer, request_id=request.request_id, dream_id=request.dream_id
        )
        if known is not None:
            _refuse_earlier_user(known, request)
            return known, False
        product = SHARED_SAVINGS if request.dream_id is None else self.dream_product
        order = Order(
            id=order_id,
            customer=customer,
            request_id=request.request_id,
            user_id=request.user_id,
            dream_id=request.dream_id,
            product=product,
            account_external_id=request.account_external_id,
            account_id=None,
            savings_account=_savings_account(customer, request.dream_id, product),
            state=OrderState.ORDERED,
            ordered_at=timestamp(now),
        )
        return store.orders.add(connection, order, due_at=timestamp(now + self.decision_after)), True


def _refuse_earlier_user(known: Order, request: OrderRequest) -> None:
    if request.user_id is not None and known.user_id not in (None, request.user_id):
        raise EarlierUser(
            f"is {request.user_id!r}, and an account is there for user {known.user_id!r}; the bank has not heard "
            "yet from Impact Finance that this one is gone: order again when it has"
        )


def _savings_account(customer: str, dream_id: str | None, product: str) -> str:
    if product == PERFORMANCE and dream_id is not None:
        return ledger.investment_account(customer, dream_id)
    return ledger.savings_account(customer, dream_id)

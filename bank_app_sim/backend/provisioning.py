"""Takes the steps of orders for savings accounts as they fall due."""

import functools
import logging
from collections.abc import Collection
from datetime import datetime

import attrs

from impact_sdk import ImpactError

from ..server.database import Connection
from ..timeline.clock import timestamp
from . import ledger, store
from .crash_points import done_not_written, due_not_done
from .desk import Desk
from .orders import Order, OrderEvent, OrderState, after, decide
from .store.claims import LEASE

logger = logging.getLogger(__name__)


@attrs.define(eq=False)
class Provisioning:
    """Takes the due steps of orders; `orders` has the table of steps.

    Attributes:
        refuses: Customers who get no account; it may change from one decision to the next.
    """

    desk: Desk
    refuses: Collection[str]

    async def work_off(self) -> None:
        """Take a batch of due orders, each as far as it goes now."""
        for claimed in await self.desk.claim(store.orders.DUE):
            order: Order | None = claimed
            while order is not None and not order.state.is_final:
                order = await self._take_step(order, self.desk.clock.now())

    async def _take_step(self, order: Order, now: datetime) -> Order | None:
        """Have the step's effect, then write down that it happened. A process that dies in between does it again.

        Returns the order after the step; None if its next step is not for now, or not for this worker.
        """
        self.desk.crash(due_not_done("provisioning", order.state))
        try:
            told = await self._tell_des(order)
            answer = await self._link(order) if order.state is OrderState.POSTED else None
            return await self.desk.database.run(functools.partial(self._write, order=told, answer=answer, now=now))
        except self.desk.clock.survived(ImpactError) as error:
            what = f"order {order.id} stays {order.state}"
            await self.desk.postpone(store.orders.DUE, order, error, what=what)
            return None

    async def _tell_des(self, order: Order) -> Order:
        """The step's effect at DES, if it has one. Returns the order with what DES answered."""
        match order.state:
            case OrderState.OPENED:
                user_id = await self.desk.gateway.introduce(order.customer, has_launched=order.user_id is not None)
                return attrs.evolve(order, user_id=user_id)
            case OrderState.INTRODUCED:
                assert order.user_id is not None  # it is written with this state
                external_id = order.account_external_id or order.dream_id or order.user_id
                account_id = await self.desk.gateway.post_account(order.user_id, external_id, product=order.product)
                return attrs.evolve(order, account_id=account_id)
            case OrderState.REFUSED:
                # A newer order has its own result. Telling this refusal late could stop the newer order's account.
                if not await self.desk.database.run(functools.partial(store.orders.is_superseded, order=order)):
                    await self.desk.gateway.report_refusal(order.customer, dream_id=order.dream_id)
        return order

    async def _link(self, order: Order) -> OrderEvent:
        """Link the account to its Dream: DES decides how this step ends."""
        assert order.user_id is not None  # all three are written with this state
        assert order.account_id is not None
        assert order.dream_id is not None
        is_linked = await self.desk.gateway.link_dream(order.dream_id, order.account_id, user_id=order.user_id)
        if not is_linked:
            logger.warning("order %s: account %s is open, and its Dream is gone", order.id, order.account_id)
        return OrderEvent.DREAM_LINKED if is_linked else OrderEvent.DREAM_GONE

    def _write(self, connection: Connection, *, order: Order, answer: OrderEvent | None, now: datetime) -> Order | None:
        """Write the step's effect at the bank, if it has one, and the next state, in one transaction."""
        event = answer or self._effect(connection, order, now)
        if after(order.state, event) is OrderState.REPORTED:
            store.settlement.plan(connection, timestamp(now))  # deposits may have waited for this account
        self.desk.crash(done_not_written("provisioning", order.state))
        return store.orders.move(
            connection,
            order,
            after(order.state, event),
            now=timestamp(now),
            claimed_until=timestamp(now + LEASE),
        )

    def _effect(self, connection: Connection, order: Order, now: datetime) -> OrderEvent:
        match order.state:
            case OrderState.ORDERED:
                return decide(order.customer, self.refuses)
            case OrderState.APPROVED:
                ledger.open_account(connection, order.savings_account, customer=order.customer, at=now)
                return OrderEvent.ACCOUNT_OPENED
            case OrderState.OPENED:
                return OrderEvent.CUSTOMER_INTRODUCED
            case OrderState.INTRODUCED:
                return OrderEvent.ACCOUNT_POSTED if order.dream_id is None else OrderEvent.ACCOUNT_POSTED_FOR_DREAM
            case OrderState.REFUSED:
                return OrderEvent.REFUSAL_TOLD
            case _:
                raise RuntimeError(f"an order that is {order.state} has no effect here")

"""Reconciliation: money moves without DES, and the bank tells DES.

It moves at a branch, by another bank, as interest or a fee, or because markets move. One transaction writes the posting
and a due report; the report is told again until it is written down as told.
"""

import functools
import logging
from datetime import datetime

import attrs

from impact_sdk import ImpactError

from ..server.database import Connection
from ..timeline.clock import timestamp
from . import investments, ledger, store
from .crash_points import done_not_written, due_not_done
from .desk import Desk
from .gateway import PERFORMANCE
from .orders import Order, OrderState
from .store.reports import Report, ReportKind

logger = logging.getLogger(__name__)


class NotPossible(Exception):
    """The books do not allow a movement; the message says why."""


def move(
    connection: Connection, account: str, amount_cents: int, *, kind: ReportKind, reference: str, now: datetime
) -> bool:
    """Move money on a savings account without DES; False if the reference was used before, and then nothing moves.

    Args:
        amount_cents: Positive for money that comes, negative for money that goes.
        reference: Why it moves.

    Raises:
        NotPossible: There is no such account, it holds too little, or markets do not move it.
    """
    order = store.orders.of_savings(connection, account)
    if order is None or not store.ledger.is_account_open(connection, account):
        raise NotPossible(f"{account!r} is not an open savings account")
    if kind is ReportKind.MARKET and order.product != PERFORMANCE:
        raise NotPossible(f"{account!r} is not moved by markets: it is a {order.product} account")
    other = ledger.FUNDING if kind is ReportKind.OUTSIDE else ledger.MARKET
    source, target = (other, account) if amount_cents > 0 else (account, other)
    posting = ledger.movement(f"{kind}:{reference}", source=source, target=target, amount_cents=abs(amount_cents))
    if store.ledger.posting_exists(connection, posting.reference):
        return False
    if (balance_cents := store.ledger.balance(connection, account)) + amount_cents < 0:
        raise NotPossible(f"{account!r} holds {balance_cents} cents, less than {-amount_cents}")
    ledger.open_account(connection, other, at=now)  # the first time that a market moves anything
    ledger.post(connection, posting, at=now)
    store.reports.add(
        connection,
        reference=posting.reference,
        kind=kind,
        account=account,
        amount_cents=amount_cents,
        now=timestamp(now),
    )
    return True


class NotPosted(Exception):
    """DES does not know the account yet."""


@attrs.frozen
class Reconciliation:
    """Tells DES what has moved without it."""

    desk: Desk

    async def work_off(self) -> None:
        """Tell DES a batch of what is due."""
        for report in await self.desk.claim(store.reports.DUE):
            await self._tell(report)

    async def _tell(self, report: Report) -> None:
        self.desk.crash(due_not_done("reports", report.state))
        try:
            await self._tell_des(report)
            await self.desk.database.run(functools.partial(self._end, report=report))
        except self.desk.clock.survived(ImpactError, NotPosted) as error:
            is_expected = isinstance(error, NotPosted)
            what = f"{report.reference} is not reported"
            await self.desk.postpone(store.reports.DUE, report, error, what=what, is_expected=is_expected)

    async def _tell_des(self, report: Report) -> None:
        find = functools.partial(store.orders.of_savings, savings_account=report.account)
        order = await self.desk.database.run(find, reads_only=True)
        if order is None or order.state is OrderState.CLOSED:
            return  # the user is gone at DES, and the account is closed here
        if order.state not in (OrderState.REPORTED, OrderState.UNLINKED) or not (order.user_id and order.account_id):
            raise NotPosted(f"DES does not know {report.account} yet")
        if report.kind is ReportKind.OUTSIDE:
            await self.desk.gateway.report(
                report.reference,
                user_id=order.user_id,
                account_id=order.account_id,
                dream_id=order.dream_id,
                amount_cents=report.amount_cents,
            )
        await self._tell_worth(order)

    async def _tell_worth(self, order: Order) -> None:
        """Transactions do not move the balance of a Performance account: the bank tells it (docs/des.md 1.8)."""
        find = functools.partial(investments.worth_of, order=order)
        worth = await self.desk.database.run(find, reads_only=True)
        if worth is not None:
            await self.desk.gateway.value(worth)

    def _end(self, connection: Connection, *, report: Report) -> None:
        self.desk.crash(done_not_written("reports", report.state))
        store.reports.end(connection, report)

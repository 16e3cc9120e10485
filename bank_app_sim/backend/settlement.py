"""Fetches the transactions that DES requests, moves the money in the ledger or refuses, and tells DES."""

import functools
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from impact_sdk import (
    AccountUpdate,
    ImpactError,
    Reference,
    Transaction,
    TransactionState,
    TransactionType,
)

from ..server.attempts import LONGEST_WAIT, why
from ..server.database import Connection
from ..timeline.clock import timestamp
from . import investments, ledger, store
from .crash_points import done_not_written, due_not_done
from .desk import Desk
from .store.claims import LEASE
from .transfers import AFTER_FORGETTING, AFTER_TELLING, Means, Transfer, TransferState, refusal

logger = logging.getLogger(__name__)


@attrs.frozen
class Settlement:
    """Settles what is due; `transfers` has the table of what becomes of a transaction."""

    desk: Desk
    settle_every: timedelta

    async def receive(self) -> None:
        """If it is time, fetch the requested transactions and decide on them."""
        now = self.desk.clock.now()
        until, longest = timestamp(now + LEASE), max(self.settle_every, LONGEST_WAIT)
        claim = functools.partial(store.settlement.claim, now=timestamp(now), until=until, longest=longest)
        failures = await self.desk.database.run(claim)
        if failures is not None:
            await self._receive_all(now, failures, claim=until)

    async def _receive_all(self, now: datetime, failures: int, *, claim: str) -> None:
        try:
            await self._receive_each(await self.desk.gateway.requested(), now)
        except self.desk.clock.survived(ImpactError) as error:
            due_at = self.desk.log_failure("no settlement", error, failures=failures + 1)
            plan = functools.partial(store.settlement.conclude, attempts=failures + 1, last_error=why(error))
        else:
            due_at = timestamp(self.desk.clock.now() + self.settle_every)
            plan = functools.partial(store.settlement.conclude, attempts=0, last_error=None)
        await self.desk.database.run(functools.partial(plan, due_at=due_at, of_claim=claim))

    async def _receive_each(self, requested: Sequence[Transaction], now: datetime) -> None:
        """Decide on each of them. One failure does not stop the others; the first error is raised at the end."""
        failed: list[Exception] = []
        for transaction in requested:
            try:
                await self._receive(transaction, now)
            except self.desk.clock.survived() as error:
                failed.append(error)
        if failed:
            raise failed[0]

    async def _receive(self, transaction: Transaction, now: datetime) -> None:
        accounts = _accounts(transaction)
        if accounts is None:
            logger.warning("transaction %s is left alone: this bank knows no %s", transaction.id, transaction.type)
        elif None not in accounts:  # otherwise it waits for the account, and DES lists it again
            self.desk.crash(due_not_done("transfers", TransferState.RECEIVED))
            await self.desk.database.run(functools.partial(self._decide, transaction=transaction, now=now))

    def _decide(self, connection: Connection, *, transaction: Transaction, now: datetime) -> None:
        """Move the money or refuse, once. If that was decided before and DES has forgotten it, DES is told again."""
        known = store.transfers.get(connection, transaction.id)
        if known is not None:
            again = AFTER_FORGETTING.get((known.state, known.is_moved))
            if again is not None:
                logger.warning("transaction %s is told again: DES lists it as requested", transaction.id)
                store.transfers.tell_again(connection, known, again, now=timestamp(now))
            return
        kind, customer = transaction.type.value.lower(), transaction.user.external_id or ""
        source, target = _source_and_target(connection, transaction, customer)
        reason = refusal(kind, transaction.amount_cents, _means(connection, customer, source, target))
        transfer = Transfer(
            transaction_id=transaction.id,
            kind=kind,
            customer=customer,
            user_id=transaction.user.id,
            source=source,
            target=target,
            amount_cents=transaction.amount_cents,
            state=TransferState.MOVED if reason is None else TransferState.REFUSED,
            reason=reason,
            attempts=0,
            last_error=None,
        )
        if transfer.state is TransferState.MOVED and source != target:  # otherwise the money stays on one account
            ledger.post(connection, _posting(transfer), at=now)
        self.desk.crash(done_not_written("transfers", TransferState.RECEIVED))
        store.transfers.add(connection, transfer, now=timestamp(now))

    async def tell(self) -> None:
        """Tell DES what was decided, a batch of it."""
        now = self.desk.clock.now()
        for transfer in await self.desk.claim(store.transfers.DUE):
            await self._tell(transfer, now)

    async def _tell(self, transfer: Transfer, now: datetime) -> None:
        self.desk.crash(due_not_done("transfers", transfer.state))
        try:
            outcome = await self._tell_des(transfer, now)
            await self.desk.database.run(functools.partial(self._end, transfer=transfer, outcome=outcome, now=now))
        except self.desk.clock.survived(ImpactError) as error:
            what = f"transaction {transfer.transaction_id} stays {transfer.state}"
            await self.desk.postpone(store.transfers.DUE, transfer, error, what=what)

    async def _tell_des(self, transfer: Transfer, now: datetime) -> TransactionState:
        """Settle the transaction at DES or fail it; returns what DES made of it."""
        if transfer.reason is not None:
            return await self.desk.gateway.fail(transfer.transaction_id, transfer.reason)
        worths = await self.desk.database.run(functools.partial(_worths, transfer=transfer), reads_only=True)
        return await self.desk.gateway.settle(transfer.transaction_id, user_id=transfer.user_id, worths=worths, at=now)

    def _end(self, connection: Connection, *, transfer: Transfer, outcome: TransactionState, now: datetime) -> None:
        state = AFTER_TELLING[transfer.state, outcome]
        reason = transfer.reason
        if state is TransferState.REVERSED:
            reason = "DES had failed it: moved back"
            if transfer.source != transfer.target:
                ledger.post(connection, _reversal(transfer), at=now)
        elif state is TransferState.DISPUTED:
            reason = f"{reason}; but DES has settled it"
            logger.error("transaction %s is settled at DES, and was refused here: %s", transfer.transaction_id, reason)
        self.desk.crash(done_not_written("transfers", transfer.state))
        store.transfers.end(connection, transfer, state, reason=reason)


def _accounts(transaction: Transaction) -> tuple[Reference | None, ...] | None:
    """The savings accounts of a transaction, each None if it is missing; None if the bank does not know the type."""
    match transaction.type:
        case TransactionType.DEPOSIT:
            return (transaction.to_account,)
        case TransactionType.WITHDRAWAL:
            return (transaction.from_account,)
        case TransactionType.INTERNAL:
            return (transaction.from_account, transaction.to_account)
        case _:
            return None


def _source_and_target(connection: Connection, transaction: Transaction, customer: str) -> tuple[str, str]:
    """Two accounts of the bank's books. Where DES names no savings account, it is the customer's current account."""
    current = ledger.current_account(customer)
    source = _savings(connection, customer, transaction.from_account) if transaction.from_account else current
    target = _savings(connection, customer, transaction.to_account) if transaction.to_account else current
    return source, target


def _savings(connection: Connection, customer: str, account: Reference) -> str:
    """The account in the bank's books. If the bank did not open it for one Dream, it is the one for all Dreams."""
    order = store.orders.of_account(connection, account.id)
    # DES says whose transaction it is: an order of another customer does not count.
    if order is None or order.customer != customer:
        return ledger.savings_account(customer)
    return order.savings_account


def _means(connection: Connection, customer: str, source: str, target: str) -> Means:
    savings = {source, target} - {ledger.current_account(customer)}
    return Means(
        is_customer=store.customers.exists(connection, customer),
        has_savings_account=all(store.ledger.is_account_open(connection, name) for name in savings),
        source="current account" if source == ledger.current_account(customer) else "savings account",
        balance_cents=store.ledger.balance(connection, source),
    )


def _worths(connection: Connection, *, transfer: Transfer) -> list[AccountUpdate]:
    """What the Performance accounts of the transfer are worth now."""
    return [worth for name in (transfer.source, transfer.target) if (worth := investments.worth(connection, name))]


def _posting(transfer: Transfer) -> ledger.Posting:
    return ledger.movement(
        f"{transfer.kind}:{transfer.transaction_id}",
        source=transfer.source,
        target=transfer.target,
        amount_cents=transfer.amount_cents,
    )


def _reversal(transfer: Transfer) -> ledger.Posting:
    return ledger.movement(
        f"reversal:{transfer.transaction_id}",
        source=transfer.target,
        target=transfer.source,
        amount_cents=transfer.amount_cents,
    )

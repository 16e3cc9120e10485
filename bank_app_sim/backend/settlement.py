"""Fetches the transactions that DES requests, moves each in the ledger or refuses it, and tells DES which."""

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

from ..server.attempts import LONGEST_WAIT, mistake, survived, wait_after, why
from ..server.database import Connection, Database
from ..timeline.clock import Clock, timestamp
from . import investments, ledger, store
from .crash_points import Crash, done_not_written, due_not_done
from .gateway import Gateway
from .store.claims import LEASE
from .transfers import AFTER_FORGETTING, AFTER_TELLING, Means, Transfer, TransferState, refusal

logger = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Settlement:
    """Does what is due of settling; what may become of a transaction stands in `transfers`."""

    database: Database
    gateway: Gateway
    clock: Clock
    settle_every: timedelta
    crash: Crash

    async def receive(self) -> None:
        """Fetch what is requested, and decide on it, if it is time to."""
        now = self.clock.now()
        until = self._end_of_claim()
        claim = functools.partial(
            store.settlement.claim, now=timestamp(now), until=until, longest=max(self.settle_every, LONGEST_WAIT)
        )
        failures = await self.database.run(claim)
        if failures is not None:
            await self._receive_all(now, failures, claim=until)

    async def _receive_all(self, now: datetime, failures: int, *, claim: str) -> None:
        try:
            await self._receive_each(await self.gateway.requested(), now)
        except survived(self.clock, ImpactError) as error:
            due_at, found = self.clock.now() + wait_after(failures + 1), mistake(error, failures=failures + 1)
            logger.warning("no settlement before %s: %s", timestamp(due_at), why(error), exc_info=found)
            plan = functools.partial(store.settlement.conclude, attempts=failures + 1, last_error=why(error))
        else:
            due_at = self.clock.now() + self.settle_every
            plan = functools.partial(store.settlement.conclude, attempts=0, last_error=None)
        await self.database.run(functools.partial(plan, due_at=timestamp(due_at), of_claim=claim))

    async def _receive_each(self, requested: Sequence[Transaction], now: datetime) -> None:
        """Decide on all of them; what goes wrong with one keeps none of the others waiting, and is raised then."""
        failed: list[Exception] = []
        for transaction in requested:
            try:
                await self._receive(transaction, now)
            except survived(self.clock) as error:
                failed.append(error)
        if failed:
            raise failed[0]

    async def _receive(self, transaction: Transaction, now: datetime) -> None:
        accounts = _accounts(transaction)
        if accounts is None:
            logger.warning("transaction %s is left alone: this bank knows no %s", transaction.id, transaction.type)
        elif None not in accounts:  # else it waits for the account, and is listed again
            self.crash(due_not_done("transfers", TransferState.RECEIVED))
            await self.database.run(functools.partial(self._decide, transaction=transaction, now=now))

    def _decide(self, connection: Connection, *, transaction: Transaction, now: datetime) -> None:
        """Move the money or refuse to, once: what was decided before stays, and is told again if DES has forgotten."""
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
        if transfer.state is TransferState.MOVED and source != target:  # else it stays on one account
            ledger.post(connection, _posting(transfer), at=now)
        self.crash(done_not_written("transfers", TransferState.RECEIVED))
        store.transfers.add(connection, transfer, now=timestamp(now))

    async def tell(self) -> None:
        """Tell DES what was decided, a batch of it."""
        now = self.clock.now()
        claim = functools.partial(store.transfers.claim, now=timestamp(now), until=self._end_of_claim())
        for transfer in await self.database.run(claim):
            await self._tell(transfer, now)

    def _end_of_claim(self) -> str:
        return timestamp(self.clock.now() + LEASE)

    async def _tell(self, transfer: Transfer, now: datetime) -> None:
        self.crash(due_not_done("transfers", transfer.state))
        try:
            if transfer.reason is None:
                worths = await self.database.run(functools.partial(_worths, transfer=transfer), reads_only=True)
                outcome = await self.gateway.settle(
                    transfer.transaction_id, user_id=transfer.user_id, worths=worths, at=now
                )
            else:
                outcome = await self.gateway.fail(transfer.transaction_id, transfer.reason)
            await self.database.run(functools.partial(self._end, transfer=transfer, outcome=outcome, now=now))
        except survived(self.clock, ImpactError) as error:
            await self._postpone(transfer, error)

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
        self.crash(done_not_written("transfers", transfer.state))
        store.transfers.end(connection, transfer, state, reason=reason)

    async def _postpone(self, transfer: Transfer, error: Exception) -> None:
        due_at = self.clock.now() + wait_after(transfer.attempts + 1)
        logger.warning(
            "transaction %s stays %s until %s: %s",
            transfer.transaction_id,
            transfer.state,
            timestamp(due_at),
            why(error),
            exc_info=mistake(error, failures=transfer.attempts + 1),
        )
        await self.database.run(
            functools.partial(store.transfers.postpone, row=transfer, due_at=timestamp(due_at), last_error=why(error))
        )


def _accounts(transaction: Transaction) -> tuple[Reference | None, ...] | None:
    """The savings accounts that it names, each None while there is none; None for a type that this bank knows not."""
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
    """In the bank's books. What is no savings account is the customer's current one."""
    current = ledger.current_account(customer)
    source = _savings(connection, customer, transaction.from_account) if transaction.from_account else current
    target = _savings(connection, customer, transaction.to_account) if transaction.to_account else current
    return source, target


def _savings(connection: Connection, customer: str, account: Reference) -> str:
    """An account that the bank did not open for one Dream is the customer's one for all of them."""
    order = store.orders.of_account(connection, account.id)
    # Whose transaction it is DES says; an order of somebody else is none of theirs.
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
    """What the Performance accounts are worth that the transfer has moved money on."""
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

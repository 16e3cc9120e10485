"""Fetches the deposits that DES requests, moves each in the ledger or refuses it, and tells DES which."""

import functools
import logging
from datetime import datetime, timedelta

import attrs
import sqlalchemy as sa

from impact_sdk import Clock, ImpactError, Transaction, TransactionState, TransactionType

from ..clock import timestamp
from ..database import Database
from . import ledger, ledger_store, store
from .attempts import wait_after
from .claims import LEASE
from .crash_points import Crash, done_not_written, due_not_done
from .gateway import Gateway
from .transfers import AFTER_TELLING, Means, Transfer, TransferState, refusal

logger = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Settlement:
    """Does what is due of settling; what may become of a deposit stands in `transfers`."""

    database: Database
    gateway: Gateway
    clock: Clock
    settle_every: timedelta
    crash: Crash

    async def work_off(self) -> None:
        now = self.clock.now()
        await self._tell_all(now)  # what was decided before, and DES could not be told
        until = self._end_of_claim()
        claim = functools.partial(store.claim_settlement, now=timestamp(now), until=until)
        failures = await self.database.run(claim)
        if failures is not None:
            await self._receive_all(now, failures, claim=until)
            await self._tell_all(now)

    async def _receive_all(self, now: datetime, failures: int, *, claim: str) -> None:
        try:
            requested = await self.gateway.requested()
        except ImpactError as error:
            due_at = self.clock.now() + wait_after(failures + 1)
            logger.warning("no settlement before %s: %s", timestamp(due_at), error)
            plan = functools.partial(
                store.conclude_settlement, attempts=failures + 1, last_error=f"{type(error).__name__}: {error}"
            )
        else:
            for transaction in requested:
                await self._receive(transaction, now)
            due_at = self.clock.now() + self.settle_every
            plan = functools.partial(store.conclude_settlement, attempts=0, last_error=None)
        await self.database.run(functools.partial(plan, due_at=timestamp(due_at), of_claim=claim))

    async def _receive(self, transaction: Transaction, now: datetime) -> None:
        if transaction.type != TransactionType.DEPOSIT:
            logger.warning("transaction %s is left alone: this bank knows no %s", transaction.id, transaction.type)
        elif transaction.to_account is not None:  # else it waits for the account, and is listed again
            self.crash(due_not_done("transfers", TransferState.RECEIVED))
            await self.database.run(functools.partial(self._decide, transaction=transaction, now=now))

    def _decide(self, connection: sa.Connection, *, transaction: Transaction, now: datetime) -> None:
        """Move the money or refuse to, once: a deposit that was decided before is left as it is."""
        if store.is_transfer(connection, transaction.id):
            return
        customer = transaction.user.external_id or ""
        reason = refusal(transaction.amount_cents, _means(connection, customer))
        transfer = Transfer(
            transaction_id=transaction.id,
            customer=customer,
            amount_cents=transaction.amount_cents,
            state=TransferState.MOVED if reason is None else TransferState.REFUSED,
            reason=reason,
            attempts=0,
            last_error=None,
        )
        if transfer.state is TransferState.MOVED:
            ledger.post(connection, _deposit(transfer), at=now)
        self.crash(done_not_written("transfers", TransferState.RECEIVED))
        store.add_transfer(connection, transfer, now=timestamp(now))

    async def _tell_all(self, now: datetime) -> None:
        while claimed := await self.database.run(
            functools.partial(store.claim_transfers, now=timestamp(now), until=self._end_of_claim())
        ):
            for transfer in claimed:
                await self._tell(transfer, now)

    def _end_of_claim(self) -> str:
        return timestamp(self.clock.now() + LEASE)

    async def _tell(self, transfer: Transfer, now: datetime) -> None:
        self.crash(due_not_done("transfers", transfer.state))
        try:
            if transfer.reason is None:
                outcome = await self.gateway.settle(transfer.transaction_id)
            else:
                outcome = await self.gateway.fail(transfer.transaction_id, transfer.reason)
        except ImpactError as error:
            await self._postpone(transfer, error)
        else:
            await self.database.run(functools.partial(self._end, transfer=transfer, outcome=outcome, now=now))

    def _end(self, connection: sa.Connection, *, transfer: Transfer, outcome: TransactionState, now: datetime) -> None:
        state = AFTER_TELLING[transfer.state, outcome]
        reason = transfer.reason
        if state is TransferState.REVERSED:
            reason = "DES had failed it: moved back"
            ledger.post(connection, _reversal(transfer), at=now)
        elif state is TransferState.DISPUTED:
            reason = f"{reason}; but DES has settled it"
            logger.error("transaction %s is settled at DES, and was refused here: %s", transfer.transaction_id, reason)
        self.crash(done_not_written("transfers", transfer.state))
        store.end_transfer(connection, transfer, state, reason=reason)

    async def _postpone(self, transfer: Transfer, error: ImpactError) -> None:
        due_at = self.clock.now() + wait_after(transfer.attempts + 1)
        logger.warning(
            "transaction %s stays %s until %s: %s", transfer.transaction_id, transfer.state, timestamp(due_at), error
        )
        await self.database.run(
            functools.partial(
                store.postpone_transfer,
                transfer=transfer,
                due_at=timestamp(due_at),
                last_error=f"{type(error).__name__}: {error}",
            )
        )


def _means(connection: sa.Connection, customer: str) -> Means:
    return Means(
        is_customer=store.is_customer(connection, customer),
        has_savings_account=ledger_store.is_account_open(connection, ledger.savings_account(customer)),
        current_balance_cents=ledger_store.balance(connection, ledger.current_account(customer)),
    )


def _deposit(transfer: Transfer) -> ledger.Posting:
    return ledger.movement(
        f"deposit:{transfer.transaction_id}",
        source=ledger.current_account(transfer.customer),
        target=ledger.savings_account(transfer.customer),
        amount_cents=transfer.amount_cents,
    )


def _reversal(transfer: Transfer) -> ledger.Posting:
    return ledger.movement(
        f"reversal:{transfer.transaction_id}",
        source=ledger.savings_account(transfer.customer),
        target=ledger.current_account(transfer.customer),
        amount_cents=transfer.amount_cents,
    )

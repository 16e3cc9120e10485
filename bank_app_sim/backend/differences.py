"""Compares what the bank and DES know of accounts and money, after one of them has lost part of its memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from ..server.database import Connection, Database
from . import store
from .gateway import Gateway
from .orders import Order, OrderState

# How many names a sentence has; the others are counted.
NAMED = 5


@attrs.frozen(kw_only=True)
class Known:
    """What one side knows.

    Attributes:
        accounts: The ids of accounts at DES.
        transactions: The ids of transactions at DES.
        moved: The cents that were moved, by the transaction's id, or by the bank's reference if there is none.
    """

    accounts: Collection[str]
    transactions: Collection[str]
    moved: Mapping[str, int]


def differences(bank: Known, des: Known) -> Iterator[str]:
    """A sentence for each kind of difference."""
    lost = sorted(set(bank.accounts) - set(des.accounts))
    if lost:
        yield f"the bank has opened {_counted(lost, 'account')} that DES does not know: told again"
    yield from _of_money("the bank has moved", bank.moved, des.transactions, "DES")
    yield from _of_money("DES has settled", des.moved, bank.transactions, "the bank")


def _of_money(who: str, moved: Mapping[str, int], known: Collection[str], other: str) -> Iterator[str]:
    missing = {name: cents for name, cents in moved.items() if name not in known}
    if missing:
        total = sum(missing.values())
        yield (
            f"{who} {total // 100}.{total % 100:02} by {_counted(list(missing), 'transaction')} "
            f"that {other} does not know"
        )


def _counted(names: Sequence[str], what: str) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({', '.join(names[:NAMED])}{more})"


def _account_of(order: Order) -> str | None:
    """The account's id at DES; None unless the account is open and DES was told."""
    return order.account_id if order.state in (OrderState.REPORTED, OrderState.UNLINKED) else None


def of_bank(connection: Connection) -> Known:
    """What the bank knows. What moved without DES goes by its reference."""
    transfers, reports = store.transfers.list_all(connection), store.reports.all_told(connection)
    told = {report.reference: abs(report.amount_cents) for report in reports}
    return Known(
        accounts=[account for order in store.orders.list_all(connection) if (account := _account_of(order))],
        transactions={transfer.transaction_id for transfer in transfers} | told.keys(),
        moved={transfer.transaction_id: transfer.amount_cents for transfer in transfers if transfer.is_moved} | told,
    )


async def of_des(gateway: Gateway) -> Known:
    """What DES says that it knows. A transaction that the bank has reported goes by the bank's reference."""
    transactions = await gateway.all_transactions()
    return Known(
        accounts=await gateway.all_accounts(),
        transactions={transaction.external_id or transaction.id for transaction in transactions},
        moved={
            transaction.external_id or transaction.id: transaction.amount_cents
            for transaction in transactions
            if transaction.settled_at is not None
        },
    )


async def compared(database: Database, gateway: Gateway, *, now: str) -> Sequence[str]:
    """The differences, in sentences.

    What the bank can tell DES again is due again: accounts, and what moved without DES. Transactions that DES lists as
    requested are told again when they are listed. If money moved by a transaction that DES does not know, a person must
    decide what to do.
    """
    bank, des = await database.run(of_bank, reads_only=True), await of_des(gateway)

    def tell_again(connection: Connection) -> None:
        for order in store.orders.list_all(connection):
            account = _account_of(order)
            if account is not None and account not in des.accounts:
                store.orders.post_again(connection, order, now=now)
        for report in store.reports.all_told(connection):
            if report.reference not in des.transactions:
                store.reports.tell_again(connection, report, now=now)

    await database.run(tell_again)
    return list(differences(bank, des))

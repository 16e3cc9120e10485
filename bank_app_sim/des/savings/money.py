"""Balances: only this file moves them, and notes what a Dream has reached.

On a SharedSavings account a transaction moves the balance of the account and, where it names one, of a Dream; what the
account holds beyond its Dreams is the *residual*, which is kept nowhere: it is the difference. On a Performance account
no transaction moves anything: the bank says what it is worth, and that is what its Dream holds.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ...server.database import Connection
from .. import store
from ..outbox import Outbox
from ..store.accounts import AccountRow, Figures
from ..store.transactions import Side, TransactionRow

SHARED_SAVINGS, PERFORMANCE = "SharedSavings", "Performance"

# Which accounts and Dreams a transaction names (docs/des.md 2.5).
SIDES = {"Deposit": ("to",), "Withdrawal": ("from",), "Internal": ("from", "to")}

# How the events of a transaction begin (docs/des.md 3.1).
EVENTS = {"Deposit": "Deposit", "Withdrawal": "Withdrawal", "Internal": "InternalTransfer"}

# In percent of the target. One event each, once. Ours: the vendor names the event, but no figure.
MILESTONES = (25, 50, 75)

# The bounds of a 64-bit column.
LARGEST_BALANCE = 2**63 - 1


def obstacle(connection: Connection, transaction: TransactionRow) -> str | None:
    """Why a transaction cannot be settled now; None if it can."""
    sides = transaction.sides
    if any(sides[side].account_id is None for side in SIDES[transaction.type]):
        return "there is no account yet; post it, and link it to the Dream, first"
    for what, query, moves in (
        ("Dream", store.dreams.BALANCES, _moves(transaction, lambda side: side.dream_id)),
        ("account", store.accounts.BALANCES, _moves(transaction, lambda side: side.account_id)),
    ):
        for balance in query.all(connection, ids=list(moves)):
            if sentence := beyond(balance.balance_cents, moves[balance.id]):
                return f"the {what} {sentence}"
    return None


def beyond(balance_cents: int, moved_cents: int) -> str | None:
    """What is wrong with moving a balance so far; None if it stays within its bounds."""
    if balance_cents + moved_cents < 0:
        return f"holds {balance_cents} cents only"
    if balance_cents + moved_cents > LARGEST_BALANCE:
        return f"holds {balance_cents} cents already: more than {LARGEST_BALANCE} cannot be"
    return None


def settle(connection: Connection, transaction: TransactionRow, *, at: str, outbox: Outbox) -> None:
    """Settle a transaction: the money has arrived. Call it once, and only without an `obstacle()`."""
    connection.execute(store.transactions.SETTLE, {"transaction_id": transaction.id, "at": at})
    outbox.note(f"{EVENTS[transaction.type]}Settled", "transactions", transaction.id)
    for account_id, cents in _moves(transaction, lambda side: side.account_id).items():
        connection.execute(store.accounts.ADD, {"account_id": account_id, "cents": cents})
    for dream_id, cents in _moves(transaction, lambda side: side.dream_id).items():
        connection.execute(store.dreams.ADD, {"dream_id": dream_id, "cents": cents})
        note_progress(connection, dream_id, at=at, outbox=outbox)


def _moves(transaction: TransactionRow, key_of: Callable[[Side], str | None]) -> dict[str, int]:
    """The change in cents of each account's, or each Dream's, balance."""
    moves: dict[str, int] = {}
    for side in SIDES[transaction.type]:
        key = key_of(transaction.sides[side])
        is_kept_by_bank = transaction.sides[side].account_type == PERFORMANCE
        if key is not None and not is_kept_by_bank:
            cents = transaction.amount_cents
            moves[key] = moves.get(key, 0) + (cents if side == "to" else -cents)
    return {key: cents for key, cents in moves.items() if cents}


def fail(connection: Connection, ids: Sequence[str], *, at: str, reasons: Sequence[str], outbox: Outbox) -> None:
    """Fail transactions: the money does not move, and what was leaving a Dream is free again."""
    if not ids:
        return
    failures: list[dict[str, Any]] = [{"transaction_id": each, "at": at, "reasons": list(reasons)} for each in ids]
    connection.execute(store.transactions.FAIL, failures)
    types = {failed.id: failed.type for failed in store.transactions.BY_IDS.all(connection, ids=list(ids))}
    for each in ids:
        outbox.note(f"{EVENTS[types[each]]}Failed", "transactions", each)


def value(connection: Connection, account_id: str, figures: Figures, *, at: str, outbox: Outbox) -> None:
    """Set the value of a Performance account; its Dream holds that much."""
    store.accounts.value(connection, account_id, figures)
    for dream_id in store.dreams.ON_ACCOUNT.all(connection, of_account=account_id):
        _set(connection, dream_id, figures.balance_cents, at=at, outbox=outbox)


def take_over(connection: Connection, dream_id: str, account: AccountRow, *, at: str, outbox: Outbox) -> None:
    """Note that a Dream was linked to an account. On a Performance account it holds the account's value at once."""
    if account.type == PERFORMANCE:
        _set(connection, dream_id, account.figures.balance_cents, at=at, outbox=outbox)


def _set(connection: Connection, dream_id: str, balance_cents: int, *, at: str, outbox: Outbox) -> None:
    connection.execute(store.dreams.SET_BALANCE, {"dream_id": dream_id, "balance_cents": balance_cents})
    note_progress(connection, dream_id, at=at, outbox=outbox)


def note_progress(connection: Connection, dream_id: str, *, at: str, outbox: Outbox) -> None:
    """Note what a Dream has reached for the first time: milestones, and the target.

    It stays reached after withdrawals. Without a target a Dream reaches nothing.
    """
    dream = store.dreams.PROGRESS.one(connection, dream_id=dream_id)
    if dream.target_cents is None:
        return
    percent = 100 * dream.balance_cents // dream.target_cents
    reached = [each for each in MILESTONES if dream.milestone_percent < each <= percent]
    achieved_now = dream.achieved_at is None and percent >= 100
    for each in reached:
        outbox.note("DreamMilestone", "dreams", dream_id, milestonePercent=each)
    if achieved_now:
        outbox.note("DreamAchieved", "dreams", dream_id)
    if reached or achieved_now:
        progress = {
            "dream_id": dream_id,
            "milestone_percent": max([dream.milestone_percent, *reached]),
            "achieved_at": at if achieved_now else dream.achieved_at,
        }
        connection.execute(store.dreams.SET_PROGRESS, progress)

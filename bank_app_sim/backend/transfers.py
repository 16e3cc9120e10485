"""How a requested transaction becomes money moved: a table of states and the rule for refusing, no I/O.

    RECEIVED --moved---> MOVED ---DES settled it--> REPORTED
       |                   `------DES failed it---> REVERSED
       `-----refused-> REFUSED ---DES failed it---> REPORTED
                           `------DES settled it--> DISPUTED

A transaction that is RECEIVED has no row here: DES holds it for us and lists it until we answer.
"""

import enum

import attrs

from impact_sdk import TransactionState


class TransferState(enum.StrEnum):
    """Where a transaction stands at the bank; the names are what is stored and shown."""

    RECEIVED = "RECEIVED"
    MOVED = "MOVED"
    REFUSED = "REFUSED"
    REPORTED = "REPORTED"
    REVERSED = "REVERSED"  # DES had failed what we moved, because the customer was refused meanwhile: moved back
    DISPUTED = "DISPUTED"  # somebody else settled at DES what we refused: a person has to look


# What it means for a transaction that DES has settled it, or failed it; mostly because we have told it to.
AFTER_TELLING = {
    (TransferState.MOVED, TransactionState.SETTLED): TransferState.REPORTED,
    (TransferState.MOVED, TransactionState.FAILED): TransferState.REVERSED,
    (TransferState.REFUSED, TransactionState.FAILED): TransferState.REPORTED,
    (TransferState.REFUSED, TransactionState.SETTLED): TransferState.DISPUTED,
}


# DES lists as requested what was concluded here: it has forgotten, as with a database that is an older copy. It is told
# again, from this state on. What was moved back, or not moved at all, has failed.
AFTER_FORGETTING = {
    (TransferState.REPORTED, True): TransferState.MOVED,
    (TransferState.REPORTED, False): TransferState.REFUSED,
    (TransferState.REVERSED, False): TransferState.REFUSED,
    (TransferState.DISPUTED, False): TransferState.REFUSED,
}


@attrs.frozen
class Transfer:
    """A transaction that the bank has moved or refused.

    Attributes:
        transaction_id: DES's id of it.
        kind: What it is, in a word of a reference: `deposit`, `withdrawal` or `internal`.
        user_id: DES's id of whose it is.
        source: The account in the books that the money comes from; `target` is where it goes.
        customer: Whose it is, by the external id that DES gave; empty where it gave none.
        reason: Why it was refused, reversed or disputed; None for one that is simply moved.
        attempts: Failed attempts at telling DES.
        last_error: Why the latest of them failed.
    """

    transaction_id: str
    kind: str
    customer: str
    user_id: str
    source: str
    target: str
    amount_cents: int
    state: TransferState = attrs.field(converter=TransferState)
    reason: str | None
    attempts: int
    last_error: str | None

    @property
    def is_moved(self) -> bool:
        """The money is where it was to go."""
        return self.reason is None


@attrs.frozen(kw_only=True)
class Means:
    """What the bank finds when it looks somebody up who wants money moved.

    Attributes:
        source: What it calls the account that the money comes from, such as `current account`.
    """

    is_customer: bool
    has_savings_account: bool
    source: str
    balance_cents: int


def refusal(kind: str, amount_cents: int, means: Means) -> str | None:
    """Why money cannot be moved; None when it can. The end user may get to read it."""
    if not means.is_customer:
        return "no such customer"
    if not means.has_savings_account:
        return "no savings account"
    if amount_cents <= 0:
        return f"not an amount to move: {amount_cents} cents"
    if amount_cents > means.balance_cents:
        return f"insufficient funds: the {kind} is {amount_cents} cents, the {means.source} holds {means.balance_cents}"
    return None

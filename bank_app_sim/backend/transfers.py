"""The states of a transaction that DES requests, from received to reported, and the rule for refusing it: no I/O.

    RECEIVED --moved---> MOVED ---DES settled it--> REPORTED
       |                   `------DES failed it---> REVERSED
       `-----refused-> REFUSED ---DES failed it---> REPORTED
                           `------DES settled it--> DISPUTED

A transaction that is RECEIVED has no row here: DES lists it until the bank answers.
"""

import enum

import attrs

from impact_sdk import TransactionState


class TransferState(enum.StrEnum):
    """The state of a transaction at the bank; the names are stored and shown."""

    RECEIVED = "RECEIVED"
    MOVED = "MOVED"
    REFUSED = "REFUSED"
    REPORTED = "REPORTED"
    REVERSED = "REVERSED"  # moved back: DES had failed it, because the customer was refused meanwhile
    DISPUTED = "DISPUTED"  # refused here and settled at DES by somebody else: a person must look


# The state that follows when DES has settled or failed a transaction, in most cases because the bank told it to.
AFTER_TELLING = {
    (TransferState.MOVED, TransactionState.SETTLED): TransferState.REPORTED,
    (TransferState.MOVED, TransactionState.FAILED): TransferState.REVERSED,
    (TransferState.REFUSED, TransactionState.FAILED): TransferState.REPORTED,
    (TransferState.REFUSED, TransactionState.SETTLED): TransferState.DISPUTED,
}


# The state that follows when DES lists a transaction as requested that has ended here. DES has forgotten it, because
# its database is an older copy, and is told again. The key says whether the money is moved.
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
        transaction_id: Its id at DES.
        kind: The word for it in references: `deposit`, `withdrawal` or `internal`.
        user_id: The user's id at DES.
        source: The account in the books that the money comes from; `target` is where it goes.
        customer: The user's external id; empty if DES gave none.
        reason: Why it was refused, reversed or disputed; None if it was moved.
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
        """The money has reached its target."""
        return self.reason is None


@attrs.frozen(kw_only=True)
class Means:
    """What the bank knows of a customer who wants money moved.

    Attributes:
        source: The kind of account that the money comes from, such as `current account`.
    """

    is_customer: bool
    has_savings_account: bool
    source: str
    balance_cents: int


def refusal(kind: str, amount_cents: int, means: Means) -> str | None:
    """Why money cannot be moved; None if it can. The end user may read it."""
    if not means.is_customer:
        return "no such customer"
    if not means.has_savings_account:
        return "no savings account"
    if amount_cents <= 0:
        return f"not an amount to move: {amount_cents} cents"
    if amount_cents > means.balance_cents:
        return f"insufficient funds: the {kind} is {amount_cents} cents, the {means.source} holds {means.balance_cents}"
    return None

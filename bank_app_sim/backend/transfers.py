"""How a requested deposit becomes money moved: a table of states and the rule for refusing, no I/O.

    RECEIVED --moved---> MOVED ---DES settled it--> REPORTED
       |                   `------DES failed it---> REVERSED
       `-----refused-> REFUSED ---DES failed it---> REPORTED
                           `------DES settled it--> DISPUTED

A deposit that is RECEIVED has no row here: DES holds it for us and lists it until we answer.
"""

import enum

import attrs

from impact_sdk import TransactionState


class TransferState(enum.StrEnum):
    """Where a deposit stands at the bank; the names are what is stored and shown."""

    RECEIVED = "RECEIVED"
    MOVED = "MOVED"
    REFUSED = "REFUSED"
    REPORTED = "REPORTED"
    REVERSED = "REVERSED"  # DES had failed what we moved, because the customer was refused meanwhile: moved back
    DISPUTED = "DISPUTED"  # somebody else settled at DES what we refused: a person has to look


# What it means for a deposit that DES has settled it, or failed it; mostly because we have told it to.
AFTER_TELLING = {
    (TransferState.MOVED, TransactionState.SETTLED): TransferState.REPORTED,
    (TransferState.MOVED, TransactionState.FAILED): TransferState.REVERSED,
    (TransferState.REFUSED, TransactionState.FAILED): TransferState.REPORTED,
    (TransferState.REFUSED, TransactionState.SETTLED): TransferState.DISPUTED,
}


@attrs.frozen(kw_only=True)
class Transfer:
    """A deposit that the bank has moved or refused.

    Attributes:
        transaction_id: DES's id of it.
        customer: Whose it is, by the external id that DES gave; empty where it gave none.
        reason: Why it was refused, reversed or disputed; None for a deposit that is simply moved.
        attempts: Failed attempts at telling DES.
        last_error: Why the latest of them failed.
    """

    transaction_id: str
    customer: str
    amount_cents: int
    state: TransferState = attrs.field(converter=TransferState)
    reason: str | None
    attempts: int
    last_error: str | None


@attrs.frozen(kw_only=True)
class Means:
    """What the bank finds when it looks a depositor up."""

    is_customer: bool
    has_savings_account: bool
    current_balance_cents: int


def refusal(amount_cents: int, means: Means) -> str | None:
    """Why a deposit cannot be made; None when it can. The end user may get to read it."""
    if not means.is_customer:
        return "no such customer"
    if not means.has_savings_account:
        return "no savings account"
    if amount_cents <= 0:
        return f"not an amount to deposit: {amount_cents} cents"
    if amount_cents > means.current_balance_cents:
        return (
            f"insufficient funds: the deposit is {amount_cents} cents, "
            f"the current account holds {means.current_balance_cents}"
        )
    return None

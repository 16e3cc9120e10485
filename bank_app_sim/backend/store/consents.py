"""What customers are asked to sign, what they said, and whether DES knows it.

SHOWN --signed----> SIGNED ----DES told--> CONSENTED
  `-----declined--> DECLINED --DES told--> REJECTED
SIGNED, DECLINED --DES accepts no answer any more--> OBSOLETE
"""

import enum

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, columns_of, rows
from ..tables import consents
from .claims import DueRows


class ConsentState(enum.StrEnum):
    SHOWN = "SHOWN"
    SIGNED = "SIGNED"
    DECLINED = "DECLINED"
    CONSENTED = "CONSENTED"
    REJECTED = "REJECTED"
    OBSOLETE = "OBSOLETE"

    @property
    def is_due(self) -> bool:
        """DES must be told."""
        return self in TOLD

    @property
    def signed(self) -> bool | None:
        """What the customer said; None before they have answered, and if it does not matter any more."""
        if self in (ConsentState.SIGNED, ConsentState.CONSENTED):
            return True
        return False if self in (ConsentState.DECLINED, ConsentState.REJECTED) else None


# The state that follows when DES has been told.
TOLD = {ConsentState.SIGNED: ConsentState.CONSENTED, ConsentState.DECLINED: ConsentState.REJECTED}


@attrs.frozen
class Consent:
    """A consent as DES asks for it, and its state here.

    Attributes:
        id: At DES; not the temporary id, which is used up.
        dream_id: The id at DES of the Dream that it saves for.
        answered_at: When the customer signed, or declined.
        attempts: Failed attempts at telling DES.
        last_error: Why the latest of them failed.
    """

    id: str
    customer: str
    user_id: str
    dream_id: str
    max_frequency: str
    max_amount_cents: int
    state: ConsentState = attrs.field(converter=ConsentState)
    answered_at: str | None
    attempts: int
    last_error: str | None


DUE = DueRows(Consent, consents, key="id", key_of=lambda consent: consent.id, order=("id",))

# One consent of a customer.
_OWN = rows(
    Consent,
    sa.select(*columns_of(Consent, consents)).where(
        consents.c.id == given("id"), consents.c.customer == given("customer")
    ),
)
_ADD = sa.insert(consents)
# The customer has answered, and DES must be told.
_ANSWER = DUE.change.values(
    state=given("new_state"), answered_at=given("at"), due_at=given("at"), claimed_until=given("until"), attempts=0
)
# Nothing is left to do.
_END = DUE.change.values(state=given("new_state"), due_at=None, claimed_until=None, last_error=given("last_error"))


def show(connection: Connection, consent: Consent) -> Consent:
    """Write down a consent that was fetched. If it was fetched before, it keeps its state."""
    known = get(connection, consent.id, customer=consent.customer)
    if known is None:
        connection.execute(_ADD, {**attrs.asdict(consent), "state": consent.state.value})
    return known or consent


def get(connection: Connection, consent_id: str, *, customer: str) -> Consent | None:
    return _OWN.one_or_none(connection, id=consent_id, customer=customer)


def answer(connection: Connection, consent: Consent, *, signed: bool, at: str, until: str) -> Consent:
    """Write down what the customer said. The caller has the claim to tell DES."""
    state = ConsentState.SIGNED if signed else ConsentState.DECLINED
    connection.execute(_ANSWER, {**DUE.step(consent), "new_state": state.value, "at": at, "until": until})
    return attrs.evolve(consent, state=state, answered_at=at)


def end(connection: Connection, consent: Consent, state: ConsentState, *, last_error: str | None = None) -> None:
    """Write down that DES was told, or accepts no answer, unless another worker has already."""
    connection.execute(_END, {**DUE.step(consent), "new_state": state.value, "last_error": last_error})

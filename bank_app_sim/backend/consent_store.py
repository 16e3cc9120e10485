"""What customers were asked to sign, what they said, whether DES knows; statements and the functions that run them.

SHOWN --signed----> SIGNED ----DES told--> CONSENTED
  `-----declined--> DECLINED --DES told--> REJECTED
SIGNED, DECLINED --DES does not want to hear it--> OBSOLETE
"""

import enum

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..server.database import Connection
from .claims import BATCH, amend, asked_at, is_due_and_free
from .tables import consents


class ConsentState(enum.StrEnum):
    SHOWN = "SHOWN"
    SIGNED = "SIGNED"
    DECLINED = "DECLINED"
    CONSENTED = "CONSENTED"
    REJECTED = "REJECTED"
    OBSOLETE = "OBSOLETE"

    @property
    def is_due(self) -> bool:
        """DES is to be told."""
        return self in TOLD

    @property
    def signed(self) -> bool | None:
        """What the customer said; None before they have, and where it does not matter any more."""
        if self in (ConsentState.SIGNED, ConsentState.CONSENTED):
            return True
        return False if self in (ConsentState.DECLINED, ConsentState.REJECTED) else None


# What a consent becomes when DES has been told.
TOLD = {ConsentState.SIGNED: ConsentState.CONSENTED, ConsentState.DECLINED: ConsentState.REJECTED}


@attrs.frozen(kw_only=True)
class Consent:
    """A consent as DES asks for it, and where it stands here.

    Attributes:
        id: DES's own; not the temporary one, which is used up.
        dream_id: At DES: whose savings it is for.
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


_CONSENT = [consents.c[field.name] for field in attrs.fields(Consent)]
_add = sa.insert(consents)
_this = consents.c.id == given("consent")
_get = sa.select(*_CONSENT).where(_this, consents.c.customer == given("of"))
_answer = (
    sa.update(consents)
    .where(_this, consents.c.state == ConsentState.SHOWN.value)
    .values(
        state=given("new_state"), answered_at=given("at"), due_at=given("at"), claimed_until=given("until"), attempts=0
    )
)
_due = sa.select(*_CONSENT).where(is_due_and_free(consents)).order_by(consents.c.due_at, consents.c.id).limit(BATCH)
_claim = sa.update(consents).where(_this).values(claimed_until=given("until"))
_this_still = sa.update(consents).where(_this, consents.c.state == given("old_state"))
_end = _this_still.values(state=given("new_state"), due_at=None, claimed_until=None, last_error=given("last_error"))
_postpone = _this_still.values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)


def show(connection: Connection, consent: Consent) -> Consent:
    """Write a consent down that was fetched; one that was fetched before stays where it stands."""
    known = get(connection, consent.id, customer=consent.customer)
    if known is None:
        connection.execute(_add, {**attrs.asdict(consent), "state": consent.state.value})
    return known or consent


def get(connection: Connection, consent_id: str, *, customer: str) -> Consent | None:
    row = connection.execute(_get, {"consent": consent_id, "of": customer}).one_or_none()
    return None if row is None else Consent(**row._mapping)


def answer(connection: Connection, consent: Consent, *, signed: bool, at: str, until: str) -> Consent:
    """Write down what the customer said. Telling DES is due, and the caller's to do until the claim runs out."""
    state = ConsentState.SIGNED if signed else ConsentState.DECLINED
    connection.execute(_answer, {"consent": consent.id, "new_state": state.value, "at": at, "until": until})
    return attrs.evolve(consent, state=state, answered_at=at)


def claim(connection: Connection, now: str, *, until: str) -> list[Consent]:
    """Those of which DES is to be told and that no other worker is at, a batch of them; now they are this one's."""
    amend(connection, consents, now)
    due = [Consent(**row._mapping) for row in connection.execute(_due, asked_at(now))]
    if due:
        connection.execute(_claim, [{"consent": consent.id, "until": until} for consent in due])
    return due


def end(connection: Connection, consent: Consent, state: ConsentState, *, last_error: str | None = None) -> None:
    """Write down that DES has been told, or does not want to be, unless another worker has already."""
    ended = {
        "consent": consent.id,
        "old_state": consent.state.value,
        "new_state": state.value,
        "last_error": last_error,
    }
    connection.execute(_end, ended)


def postpone(connection: Connection, consent: Consent, *, due_at: str, last_error: str) -> None:
    postponed = {
        "consent": consent.id,
        "old_state": consent.state.value,
        "due_at": due_at,
        "attempts": consent.attempts + 1,
        "last_error": last_error,
    }
    connection.execute(_postpone, postponed)

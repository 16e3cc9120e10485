"""Transfer consents, and the temporary ids by which they are fetched."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, columns_of, parameters, rows
from ..tables import savehack_launches, transfer_consent_tickets, transfer_consents, users


@attrs.frozen
class ConsentRow:
    """A transfer consent.

    Attributes:
        user_external_id: Of a row that was read, as are `obsolete_launch_id` and `n`.
    """

    id: str
    user_id: str
    tenant_id: str
    launch_id: str
    max_frequency: str
    max_amount_cents: int
    consented_at: str | None = None
    rejected_at: str | None = None
    user_external_id: str = ""
    obsolete_launch_id: str | None = None
    n: int = 0


@attrs.frozen
class TicketRow:
    """A temporary id of a consent."""

    temporary_id: str
    consent_id: str
    expires_at: str


consent = (
    sa.select(*columns_of(ConsentRow, transfer_consents, savehack_launches, user_external_id=users.c.external_id))
    .join_from(transfer_consents, users)
    .join(savehack_launches, savehack_launches.c.id == transfer_consents.c.launch_id)
)

# Fields that other tables have.
_ELSEWHERE = ("obsolete_launch_id", "user_external_id")
_ADD = sa.insert(transfer_consents).inline()
# What the user said.
ANSWER = (
    sa.update(transfer_consents)
    .where(transfer_consents.c.id == given("consent_id"))
    .values(consented_at=given("consented_at"), rejected_at=given("rejected_at"))
)

_this_ticket = transfer_consent_tickets.c.temporary_id == given("temporary_id")
ISSUE = sa.insert(transfer_consent_tickets)
# The consent of a temporary id.
TICKET = rows(TicketRow, sa.select(*columns_of(TicketRow, transfer_consent_tickets)).where(_this_ticket))
USE_UP = sa.delete(transfer_consent_tickets).where(_this_ticket)


def add(connection: Connection, consent: ConsentRow) -> None:
    connection.execute(_ADD, parameters(transfer_consents, consent, elsewhere=_ELSEWHERE))

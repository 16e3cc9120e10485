"""Statements about transfer consents."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import savehack_launches, transfer_consent_tickets, transfer_consents, users

consent = (
    sa.select(
        *transfer_consents.c,
        users.c.external_id.label("user_external_id"),
        savehack_launches.c.obsolete_launch_id,
    )
    .join_from(transfer_consents, users)
    .join(savehack_launches, savehack_launches.c.id == transfer_consents.c.launch_id)
)

CREATE = sa.insert(transfer_consents).inline()
ANSWER = (
    sa.update(transfer_consents)
    .where(transfer_consents.c.id == given("consent_id"))
    .values(consented_at=given("consented_at"), rejected_at=given("rejected_at"))
)

_this_ticket = transfer_consent_tickets.c.temporary_id == given("temporary_id")
ISSUE = sa.insert(transfer_consent_tickets)
TICKET = sa.select(*transfer_consent_tickets.c).where(_this_ticket)
USE_UP = sa.delete(transfer_consent_tickets).where(_this_ticket)

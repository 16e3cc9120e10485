"""Statements about transfer consents."""

import sqlalchemy as sa

from ..tables import savehack_launches, transfer_consents, users

consent = (
    sa.select(
        *transfer_consents.c,
        users.c.tenant_id,
        users.c.external_id.label("user_external_id"),
        savehack_launches.c.obsolete_launch_id,
    )
    .join_from(transfer_consents, users)
    .join(savehack_launches, savehack_launches.c.id == transfer_consents.c.launch_id)
)

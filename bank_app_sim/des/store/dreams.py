"""Statements about Dreams."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import accounts, dreams, savehack_launches, users

_active_launches = (
    sa.select(sa.func.count())
    .select_from(savehack_launches)
    .where(
        savehack_launches.c.dream_id == dreams.c.id,
        savehack_launches.c.drafted_at.is_(None),
        savehack_launches.c.paused_at.is_(None),
        savehack_launches.c.stopped_at.is_(None),
    )
    .scalar_subquery()
)
dream = (
    sa.select(
        *dreams.c,
        users.c.tenant_id,
        users.c.external_id.label("user_external_id"),
        accounts.c.type.label("account_type"),
        accounts.c.external_id.label("account_external_id"),
        _active_launches.label("active_savehacks_count"),
    )
    .join_from(dreams, users)
    .outerjoin(accounts, accounts.c.id == dreams.c.account_id)
)

CREATE = sa.insert(dreams).inline()  # nobody asks for its `n`, and not asking is quicker
BY_IDS = dream.where(dreams.c.id.in_(given("ids", expanding=True)))
LINK_ALL = (
    sa.update(dreams)
    .where(dreams.c.user_id == given("of_user"), dreams.c.account_id.is_(None))
    .values(account_id=given("account"))
)
ADD = (
    sa.update(dreams)
    .where(dreams.c.id == given("dream_id"))
    .values(balance_cents=dreams.c.balance_cents + given("cents"))
)
SET_PROVISIONING = (
    sa.update(dreams)
    .where(dreams.c.id == given("of"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)

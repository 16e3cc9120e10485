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
BALANCES = sa.select(dreams.c.id, dreams.c.balance_cents).where(dreams.c.id.in_(given("ids", expanding=True)))
PROGRESS = sa.select(
    dreams.c.balance_cents, dreams.c.target_cents, dreams.c.milestone_percent, dreams.c.achieved_at
).where(dreams.c.id == given("dream_id"))
UNLINKED_OF_USER = (
    sa.select(dreams.c.id)
    .where(dreams.c.user_id == given("of_user"), dreams.c.account_id.is_(None), dreams.c.deleted_at.is_(None))
    .order_by(dreams.c.n)
)
ON_ACCOUNT = sa.select(dreams.c.id).where(dreams.c.account_id == given("of_account"), dreams.c.deleted_at.is_(None))

_change = sa.update(dreams).where(dreams.c.id == given("dream_id"))
ADD = _change.values(balance_cents=dreams.c.balance_cents + given("cents"))
SET_BALANCE = _change.values(balance_cents=given("balance_cents"))
SET_PROGRESS = _change.values(milestone_percent=given("milestone_percent"), achieved_at=given("achieved_at"))
CHANGE = _change.values(name=given("name"), target_cents=given("target_cents"), expires_at=given("expires_at"))
LINK = _change.values(account_id=given("account_id"))
DELETE = _change.values(deleted_at=given("deleted_at"))
SET_PROVISIONING = (
    sa.update(dreams)
    .where(dreams.c.id == given("of"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)

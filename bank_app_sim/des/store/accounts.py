"""Statements about accounts."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import accounts, users

account = sa.select(*accounts.c, users.c.tenant_id, users.c.external_id.label("user_external_id")).join_from(
    accounts, users
)

CREATE = sa.insert(accounts).inline()
BY_EXTERNAL_ID = sa.select(accounts.c.id).where(
    accounts.c.user_id == given("user_id"), accounts.c.external_id == given("external_id")
)
ADD = (
    sa.update(accounts)
    .where(accounts.c.id == given("account_id"))
    .values(balance_cents=accounts.c.balance_cents + given("cents"))
)

"""Statements about accounts."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import accounts, dreams, users

account = sa.select(*accounts.c, users.c.external_id.label("user_external_id")).join_from(accounts, users)

# A Performance account's own, all of which the bank tells.
FIGURES = (
    "balance_cents",
    "liquid_balance_cents",
    "performance_cents",
    "performance_percent",
    "total_acquisition_cost_cents",
    "valuation_from",
    "valuation_at",
)

CREATE = sa.insert(accounts).inline()
BY_EXTERNAL_ID = sa.select(accounts.c.id).where(
    accounts.c.user_id == given("user_id"), accounts.c.external_id == given("external_id")
)
BALANCES = sa.select(accounts.c.id, accounts.c.balance_cents).where(accounts.c.id.in_(given("ids", expanding=True)))
FILLED_OF_USER = sa.select(accounts.c.id, accounts.c.balance_cents).where(
    accounts.c.user_id == given("of_user"), accounts.c.balance_cents != 0
)
# What the account holds beyond its Dreams; less than nothing when these hold more.
RESIDUAL = sa.select(
    accounts.c.balance_cents
    - sa.select(sa.cast(sa.func.coalesce(sa.func.sum(dreams.c.balance_cents), 0), sa.BigInteger))
    .where(dreams.c.account_id == accounts.c.id)
    .scalar_subquery()
).where(accounts.c.id == given("account_id"))

_change = sa.update(accounts).where(accounts.c.id == given("account_id"))
ADD = _change.values(balance_cents=accounts.c.balance_cents + given("cents"))
RENAME = _change.values(external_id=given("new_external_id"))
VALUE = _change.values(**{name: given(name, type_=accounts.c[name].type) for name in FIGURES})

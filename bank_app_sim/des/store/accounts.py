"""Accounts."""

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows, values
from ..tables import accounts, dreams, users


@attrs.frozen
class Figures:
    """What the bank says that an account is worth. Only a Performance account has more than a balance."""

    balance_cents: int
    liquid_balance_cents: int | None = None
    performance_cents: int | None = None
    performance_percent: float | None = None
    total_acquisition_cost_cents: int | None = None
    valuation_from: str | None = None
    valuation_at: str | None = None


@attrs.frozen
class AccountRow:
    """An account.

    Attributes:
        n: Of a row that was read.
    """

    figures: Figures
    id: str
    user_id: str
    tenant_id: str
    type: str
    external_id: str | None
    user_external_id: str
    n: int = 0


@attrs.frozen
class Balance:
    """What an account or a Dream holds."""

    id: str
    balance_cents: int


_FIGURES = columns_of(Figures, accounts)
_OTHERS = [
    accounts.c.id,
    accounts.c.user_id,
    accounts.c.tenant_id,
    accounts.c.type,
    accounts.c.external_id,
    users.c.external_id.label("user_external_id"),
    accounts.c.n,
]


def account_row(*values: Any) -> AccountRow:
    """Made of the columns of `account`."""
    return AccountRow(Figures(*values[: len(_FIGURES)]), *values[len(_FIGURES) :])


account = sa.select(*_FIGURES, *_OTHERS).join_from(accounts, users)

# Fields that other tables have.
_ELSEWHERE = ("figures", "user_external_id")
_ADD = sa.insert(accounts).inline()
# The user's account with an external id.
BY_EXTERNAL_ID: Query[str] = values(
    sa.select(accounts.c.id).where(
        accounts.c.user_id == given("user_id"), accounts.c.external_id == given("external_id")
    )
)
# What some accounts hold.
BALANCES = rows(
    Balance, sa.select(*columns_of(Balance, accounts)).where(accounts.c.id.in_(given("ids", expanding=True)))
)
# The user's accounts that hold something.
FILLED_OF_USER = rows(
    Balance,
    sa.select(*columns_of(Balance, accounts)).where(
        accounts.c.user_id == given("of_user"), accounts.c.balance_cents != 0
    ),
)
# What the account holds beyond its Dreams; negative if they hold more.
RESIDUAL: Query[int] = values(
    sa.select(
        accounts.c.balance_cents
        - sa.select(sa.cast(sa.func.coalesce(sa.func.sum(dreams.c.balance_cents), 0), sa.BigInteger))
        .where(dreams.c.account_id == accounts.c.id)
        .scalar_subquery()
    ).where(accounts.c.id == given("account_id"))
)

_change = sa.update(accounts).where(accounts.c.id == given("account_id"))
ADD = _change.values(balance_cents=accounts.c.balance_cents + given("cents"))
RENAME = _change.values(external_id=given("new_external_id"))
_VALUE = _change.values(
    {field.name: given(field.name, type_=accounts.c[field.name].type) for field in attrs.fields(Figures)}
)


def add(connection: Connection, account: AccountRow) -> None:
    connection.execute(_ADD, {**parameters(accounts, account, elsewhere=_ELSEWHERE), **attrs.asdict(account.figures)})


def value(connection: Connection, account_id: str, figures: Figures) -> None:
    connection.execute(_VALUE, {"account_id": account_id, **attrs.asdict(figures)})

"""Dreams."""

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows, values
from ..tables import accounts, dreams, savehack_launches, users
from .accounts import Balance


@attrs.frozen
class DreamRow:
    """A Dream, and its account.

    Attributes:
        n: Of a row that was read.
    """

    id: str
    user_id: str
    tenant_id: str
    account_id: str | None
    name: str | None
    target_cents: int | None
    expires_at: str | None
    account_provision_request_id: str | None
    user_external_id: str
    account_type: str | None
    account_external_id: str | None
    balance_cents: int = 0
    milestone_percent: int = 0
    achieved_at: str | None = None
    deleted_at: str | None = None
    provisioning_initiated_at: str | None = None
    active_savehacks_count: int = 0
    n: int = 0


@attrs.frozen
class Progress:
    """How far a Dream is."""

    balance_cents: int
    target_cents: int | None
    milestone_percent: int
    achieved_at: str | None


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
        *columns_of(
            DreamRow,
            dreams,
            user_external_id=users.c.external_id,
            account_type=accounts.c.type,
            account_external_id=accounts.c.external_id,
            active_savehacks_count=_active_launches,
        )
    )
    .join_from(dreams, users)
    .outerjoin(accounts, accounts.c.id == dreams.c.account_id)
)

# Fields that other tables have.
_ELSEWHERE = ("account_external_id", "account_type", "active_savehacks_count", "user_external_id")
_ADD = sa.insert(dreams).inline()  # asking for its `n` would be slower, and nobody needs it
# Several Dreams, of any tenant.
BY_IDS = rows(DreamRow, dream.where(dreams.c.id.in_(given("ids", expanding=True))))
# What some Dreams hold.
BALANCES = rows(Balance, sa.select(*columns_of(Balance, dreams)).where(dreams.c.id.in_(given("ids", expanding=True))))
# How far a Dream is.
PROGRESS = rows(Progress, sa.select(*columns_of(Progress, dreams)).where(dreams.c.id == given("dream_id")))
# The user's Dreams that have no account.
UNLINKED_OF_USER: Query[str] = values(
    sa.select(dreams.c.id)
    .where(dreams.c.user_id == given("of_user"), dreams.c.account_id.is_(None), dreams.c.deleted_at.is_(None))
    .order_by(dreams.c.n)
)
# The Dreams whose money is on an account.
ON_ACCOUNT: Query[str] = values(
    sa.select(dreams.c.id).where(dreams.c.account_id == given("of_account"), dreams.c.deleted_at.is_(None))
)

_change = sa.update(dreams).where(dreams.c.id == given("dream_id"))
ADD = _change.values(balance_cents=dreams.c.balance_cents + given("cents"))
SET_BALANCE = _change.values(balance_cents=given("balance_cents"))
SET_PROGRESS = _change.values(milestone_percent=given("milestone_percent"), achieved_at=given("achieved_at"))
CHANGE = _change.values(name=given("name"), target_cents=given("target_cents"), expires_at=given("expires_at"))
LINK = _change.values(account_id=given("account_id"))
DELETE = _change.values(deleted_at=given("deleted_at"))
# Where opening the Dream's own account stands.
SET_PROVISIONING = (
    sa.update(dreams)
    .where(dreams.c.id == given("of"))
    .values(
        provisioning_initiated_at=given("provisioning_initiated_at"),
        account_provision_request_id=given("account_provision_request_id"),
    )
)


def add(connection: Connection, dream: DreamRow) -> None:
    connection.execute(_ADD, parameters(dreams, dream, elsewhere=_ELSEWHERE))

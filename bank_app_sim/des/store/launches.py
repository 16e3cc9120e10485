"""Savehack launches."""

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, columns_of, parameters, rows, values
from ..tables import IS_ACTIVE, dreams, savehack_launches, transactions, transfer_consents, users


@attrs.frozen
class LaunchRow:
    """A savehack launch.

    Attributes:
        terms: The savehack's own fields, by their names on the wire.
        account_provision_request_id: Of its user.
        dream_account_provision_request_id: Of its Dream.
        n: Of a row that was read.
    """

    id: str
    user_id: str
    tenant_id: str
    dream_id: str
    type: str
    terms: dict[str, Any]
    seed: int
    timezone: str
    started_at: str | None = None
    drafted_at: str | None = None
    paused_at: str | None = None
    pause_reason: str | None = None
    stopped_at: str | None = None
    transfer_consent_id: str | None = None
    obsolete_launch_id: str | None = None
    occurrences: int = 0
    due_at: str | None = None
    account_provision_request_id: str | None = None
    dream_account_provision_request_id: str | None = None
    n: int = 0


@attrs.frozen
class RunningLaunch:
    """A launch with what the engine needs to know of its Dream.

    Attributes:
        account_id: Of its Dream, as are the four that follow.
        pending_cents: On the way to the Dream, less what is on the way out of it.
        consented_cents: The most that the user has signed for; None without a consent.
    """

    id: str
    user_id: str
    tenant_id: str
    dream_id: str
    type: str
    terms: dict[str, Any]
    seed: int
    timezone: str
    started_at: str
    transfer_consent_id: str | None
    obsolete_launch_id: str | None
    occurrences: int
    due_at: str | None
    account_id: str | None
    target_cents: int | None
    balance_cents: int
    expires_at: str | None
    pending_cents: int
    consented_cents: int | None


launch = (
    sa.select(
        *columns_of(
            LaunchRow,
            savehack_launches,
            account_provision_request_id=users.c.account_provision_request_id,
            dream_account_provision_request_id=dreams.c.account_provision_request_id,
        )
    )
    .join_from(savehack_launches, users)
    .join(dreams, dreams.c.id == savehack_launches.c.dream_id)
)


def _requested(dream_id: sa.ColumnElement[str | None]) -> sa.ScalarSelect[int]:
    """The sum of the requested transactions that have the launch's Dream on this side."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(transactions.c.amount_cents), 0))
        .where(dream_id == dreams.c.id, transactions.c.state == "requested")
        .scalar_subquery()
    )


_pending = sa.cast(_requested(transactions.c.to_dream_id) - _requested(transactions.c.from_dream_id), sa.BigInteger)
_running = (
    sa.select(
        *columns_of(
            RunningLaunch,
            savehack_launches,
            dreams,
            pending_cents=_pending,
            consented_cents=transfer_consents.c.max_amount_cents,
        )
    )
    .join_from(savehack_launches, dreams, dreams.c.id == savehack_launches.c.dream_id)
    .outerjoin(transfer_consents, transfer_consents.c.id == savehack_launches.c.transfer_consent_id)
)
_is_this = savehack_launches.c.id == given("launch_id")
_is_of_user = savehack_launches.c.user_id == given("user_id")
_is_of_dream = savehack_launches.c.dream_id == given("dream_id")
_waits = sa.and_(
    savehack_launches.c.pause_reason == given("pause_reason"),
    savehack_launches.c.drafted_at.is_(None),
    savehack_launches.c.stopped_at.is_(None),
)


def _ids(*conditions: sa.ColumnElement[bool]) -> Query[str]:
    return values(sa.select(savehack_launches.c.id).where(*conditions).order_by(savehack_launches.c.n))


# Fields that other tables have.
_ELSEWHERE = ("account_provision_request_id", "dream_account_provision_request_id")
_ADD = sa.insert(savehack_launches).inline()
# Several launches, of any tenant.
BY_IDS = rows(LaunchRow, launch.where(savehack_launches.c.id.in_(given("ids", expanding=True))))
# A launch, for the engine.
RUNNING_BY_ID = rows(RunningLaunch, _running.where(_is_this))
# Launches that are paused for one reason.
OF_USER_WAITING = _ids(_is_of_user, _waits)
OF_DREAM_WAITING = _ids(_is_of_dream, _waits)
# Launches that run: neither drafts, nor paused, nor stopped.
ACTIVE_OF_USER_IDS = _ids(_is_of_user, IS_ACTIVE)
ACTIVE_OF_DREAM_IDS = _ids(_is_of_dream, IS_ACTIVE)
UNSTOPPED_OF_DREAM_IDS = _ids(_is_of_dream, savehack_launches.c.stopped_at.is_(None))
_active_of_types = _running.where(savehack_launches.c.type.in_(given("types", expanding=True)), IS_ACTIVE).order_by(
    savehack_launches.c.n
)
# Launches of some types that run.
ACTIVE_OF_TENANT = rows(RunningLaunch, _active_of_types.where(savehack_launches.c.tenant_id == given("tenant_id")))
ACTIVE_OF_USER = rows(RunningLaunch, _active_of_types.where(savehack_launches.c.user_id == given("of_user")))
# Launches that are due, the oldest first.
DUE = rows(
    RunningLaunch,
    _running.where(savehack_launches.c.due_at <= given("now"))
    .order_by(savehack_launches.c.due_at, savehack_launches.c.n)
    .limit(given("limit")),
)
# When the next launch is due; None if none will be.
NEXT_DUE: Query[str | None] = values(sa.select(sa.func.min(savehack_launches.c.due_at)))

_change = sa.update(savehack_launches).where(_is_this)
START = _change.values(started_at=given("now"), drafted_at=None, paused_at=None, pause_reason=None)
RUN = _change.values(occurrences=given("occurrences"), due_at=given("due_at"))
PUT_OFF = _change.values(due_at=given("due_at"))
PAUSE = _change.values(paused_at=given("at"), pause_reason=given("reason"), due_at=None)
RESUME = _change.values(paused_at=None, pause_reason=None, due_at=given("due_at"))
STOP = _change.where(savehack_launches.c.stopped_at.is_(None)).values(stopped_at=given("at"), due_at=None)
SET_CONSENT = _change.values(transfer_consent_id=given("consent_id"))
CHANGE_TERMS = _change.values(terms=given("terms", type_=sa.JSON))


def add(connection: Connection, launch: LaunchRow) -> None:
    connection.execute(_ADD, parameters(savehack_launches, launch, elsewhere=_ELSEWHERE))

"""Statements about savehack launches."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import IS_ACTIVE, dreams, savehack_launches, transactions, transfer_consents, users

launch = (
    sa.select(
        *savehack_launches.c,
        users.c.account_provision_request_id,
        dreams.c.account_provision_request_id.label("dream_account_provision_request_id"),
    )
    .join_from(savehack_launches, users)
    .join(dreams, dreams.c.id == savehack_launches.c.dream_id)
)


def _requested(dream_id: sa.ColumnElement[str | None]) -> sa.ScalarSelect[int]:
    """What is on its way to, or out of, the launch's Dream."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(transactions.c.amount_cents), 0))
        .where(dream_id == dreams.c.id, transactions.c.state == "requested")
        .scalar_subquery()
    )


# What the engine needs to know.
_running = (
    sa.select(
        *savehack_launches.c,
        dreams.c.account_id,
        dreams.c.target_cents,
        dreams.c.balance_cents,
        dreams.c.expires_at,
        sa.cast(_requested(transactions.c.to_dream_id) - _requested(transactions.c.from_dream_id), sa.BigInteger).label(
            "pending_cents"
        ),
        transfer_consents.c.max_amount_cents.label("consented_cents"),
    )
    .join_from(savehack_launches, dreams, dreams.c.id == savehack_launches.c.dream_id)
    .outerjoin(transfer_consents, transfer_consents.c.id == savehack_launches.c.transfer_consent_id)
)
_is_this = savehack_launches.c.id == given("launch_id")
_waits = sa.and_(
    savehack_launches.c.pause_reason == given("pause_reason"),
    savehack_launches.c.drafted_at.is_(None),
    savehack_launches.c.stopped_at.is_(None),
)

CREATE = sa.insert(savehack_launches).inline()
BY_IDS = launch.where(savehack_launches.c.id.in_(given("ids", expanding=True)))
RUNNING_BY_ID = _running.where(_is_this)
OF_USER_WAITING = (
    sa.select(savehack_launches.c.id)
    .where(savehack_launches.c.user_id == given("user_id"), _waits)
    .order_by(savehack_launches.c.n)
)
OF_DREAM_WAITING = (
    sa.select(savehack_launches.c.id)
    .where(savehack_launches.c.dream_id == given("dream_id"), _waits)
    .order_by(savehack_launches.c.n)
)
# Launches that somebody paused, or that are drafts, are not among them.
ACTIVE_OF_USER_IDS = (
    sa.select(savehack_launches.c.id)
    .where(savehack_launches.c.user_id == given("user_id"), IS_ACTIVE)
    .order_by(savehack_launches.c.n)
)
ACTIVE_OF_DREAM_IDS = (
    sa.select(savehack_launches.c.id)
    .where(savehack_launches.c.dream_id == given("dream_id"), IS_ACTIVE)
    .order_by(savehack_launches.c.n)
)
UNSTOPPED_OF_DREAM_IDS = (
    sa.select(savehack_launches.c.id)
    .where(savehack_launches.c.dream_id == given("dream_id"), savehack_launches.c.stopped_at.is_(None))
    .order_by(savehack_launches.c.n)
)
_active_of_types = _running.where(savehack_launches.c.type.in_(given("types", expanding=True)), IS_ACTIVE).order_by(
    savehack_launches.c.n
)
ACTIVE_OF_TENANT = _active_of_types.where(savehack_launches.c.tenant_id == given("tenant_id"))
ACTIVE_OF_USER = _active_of_types.where(savehack_launches.c.user_id == given("of_user"))
DUE = (
    _running.where(savehack_launches.c.due_at <= given("now"))
    .order_by(savehack_launches.c.due_at, savehack_launches.c.n)
    .limit(given("limit"))
)
NEXT_DUE = sa.select(sa.func.min(savehack_launches.c.due_at))

_change = sa.update(savehack_launches).where(_is_this)
START = _change.values(started_at=given("now"), drafted_at=None, paused_at=None, pause_reason=None)
RUN = _change.values(occurrences=given("occurrences"), due_at=given("due_at"))
PUT_OFF = _change.values(due_at=given("due_at"))
PAUSE = _change.values(paused_at=given("at"), pause_reason=given("reason"), due_at=None)
RESUME = _change.values(paused_at=None, pause_reason=None, due_at=given("due_at"))
STOP = _change.where(savehack_launches.c.stopped_at.is_(None)).values(stopped_at=given("at"), due_at=None)
SET_CONSENT = _change.values(transfer_consent_id=given("consent_id"))
CHANGE_TERMS = _change.values(terms=given("terms", type_=sa.JSON))

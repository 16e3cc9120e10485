"""Statements about savehack launches."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..tables import dreams, savehack_launches, users

launch = (
    sa.select(
        *savehack_launches.c,
        users.c.tenant_id,
        users.c.account_provision_request_id,
        dreams.c.account_provision_request_id.label("dream_account_provision_request_id"),
    )
    .join_from(savehack_launches, users)
    .join(dreams, dreams.c.id == savehack_launches.c.dream_id)
)

# What preparing a deposit needs to know.
_running = (
    sa.select(
        *savehack_launches.c,
        users.c.tenant_id,
        dreams.c.account_id,
        dreams.c.target_cents,
        dreams.c.balance_cents,
        dreams.c.expires_at,
    )
    .join_from(savehack_launches, users)
    .join(dreams, dreams.c.id == savehack_launches.c.dream_id)
)

CREATE = sa.insert(savehack_launches).inline()
BY_IDS = launch.where(savehack_launches.c.id.in_(given("ids", expanding=True)))
RUNNING_BY_ID = _running.where(savehack_launches.c.id == given("launch_id"))
OF_USER_WAITING = _running.where(
    savehack_launches.c.user_id == given("user_id"),
    savehack_launches.c.pause_reason == given("pause_reason"),
    savehack_launches.c.stopped_at.is_(None),
).order_by(savehack_launches.c.n)
OF_DREAM_WAITING = _running.where(
    savehack_launches.c.dream_id == given("dream_id"),
    savehack_launches.c.pause_reason == given("pause_reason"),
    savehack_launches.c.stopped_at.is_(None),
).order_by(savehack_launches.c.n)
DUE = (
    _running.where(savehack_launches.c.due_at <= given("now"))
    .order_by(savehack_launches.c.due_at, savehack_launches.c.n)
    .limit(given("limit"))
)
NEXT_DUE = sa.select(sa.func.min(savehack_launches.c.due_at))
RUN = (
    sa.update(savehack_launches)
    .where(savehack_launches.c.id == given("launch_id"))
    .values(
        started_at=sa.func.coalesce(savehack_launches.c.started_at, given("now")),
        drafted_at=None,
        paused_at=None,
        pause_reason=None,
        occurrences=given("occurrences"),
        due_at=given("due_at"),
    )
)
PAUSE_ALL = (
    sa.update(savehack_launches)
    .where(
        savehack_launches.c.user_id == given("of_user"),
        savehack_launches.c.drafted_at.is_(None),
        savehack_launches.c.stopped_at.is_(None),
    )
    .values(
        paused_at=sa.func.coalesce(savehack_launches.c.paused_at, given("now")),
        pause_reason=given("reason"),
        due_at=None,
    )
)

"""Runs savehack launches: they start, prepare deposits as these fall due, and wait while there is no account.

The engine computes deposits; this file reads launches, writes deposits and notes events.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from ...server.database import Connection
from ...server.ids import Ids
from ...timeline.clock import moment, timestamp
from .. import engine, store
from ..outbox import Outbox
from ..request import Request
from ..store.dreams import DreamRow
from ..store.launches import LaunchRow, RunningLaunch
from ..store.transactions import TransactionRow
from ..store.users import UserRow
from ..tenant import Tenant

# Why a launch is paused: no account exists and none is being opened; or the user asked for it.
ACCOUNT_REQUIRED = "account_required"
USER_REQUESTED = "user_requested"

# One transaction prepares the deposits of so many launches; other requests get their turn in between.
BATCH = 100

# How long a launch that failed is put off.
PUT_OFF = timedelta(hours=1)


def must_wait(tenant: Tenant, user: UserRow, dream: DreamRow) -> bool:
    """Whether a launch for this Dream must wait: no account exists, and none is being opened."""
    asked_for = dream if tenant.asks_per_dream else user
    return dream.account_id is None and asked_for.provisioning_initiated_at is None


def open_account_request(request: Request, user: UserRow, dream: DreamRow) -> None:
    """Open a request for an account, if none is open. All launches that wait for that account share its id."""
    asked_for, statement = (
        (dream, store.dreams.SET_PROVISIONING)
        if request.tenant.asks_per_dream
        else (user, store.users.SET_PROVISIONING)
    )
    if asked_for.account_provision_request_id is None:
        opened = {"provisioning_initiated_at": None, "account_provision_request_id": request.ids.uuid()}
        request.connection.execute(statement, {"of": asked_for.id, **opened})


def start_waiting(request: Request, *, user_id: str | None = None, dream_id: str | None = None) -> None:
    """Start all launches of a user, or for a Dream, that wait for an account."""
    query = store.launches.OF_USER_WAITING if dream_id is None else store.launches.OF_DREAM_WAITING
    waiting = {"user_id": user_id, "dream_id": dream_id, "pause_reason": ACCOUNT_REQUIRED}
    for launch_id in query.all(request.connection, **waiting):
        start(request, launch_id)
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch_id)


def start(request: Request, launch_id: str) -> None:
    """Start a launch now, with its first deposit if its type saves at once.

    A launch that it replaces is stopped.
    """
    started = {"launch_id": launch_id, "now": request.now}
    request.connection.execute(store.launches.START, started)
    launch = store.launches.RUNNING_BY_ID.one(request.connection, launch_id=launch_id)
    step = engine.start(as_engine_has_it(launch), launch.occurrences)
    _write(request.connection, [_Done(launch, step, request.now)], ids=request.ids, outbox=request.outbox)
    if launch.obsolete_launch_id is not None:
        stop(request, launch.obsolete_launch_id)


def stop(request: Request, launch_id: str, *, at: str | None = None) -> None:
    """Stop a launch for good. Its requested deposits stay requested. A second time changes nothing."""
    stopped = request.connection.execute(store.launches.STOP, {"launch_id": launch_id, "at": at or request.now})
    if stopped.rowcount:
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch_id)


def resume(request: Request, launch_id: str) -> None:
    """End a pause that the user asked for. Deposits that fell due meanwhile are skipped."""
    launch = store.launches.RUNNING_BY_ID.one(request.connection, launch_id=launch_id)
    due = engine.resume(as_engine_has_it(launch), launch.occurrences, moment(request.now))
    resumed = {"launch_id": launch_id, "due_at": None if due is None else timestamp(due)}
    request.connection.execute(store.launches.RESUME, resumed)


def due(connection: Connection, *, now: str) -> list[str]:
    """The ids of a batch of launches that are due."""
    return [launch.id for launch in store.launches.DUE.all(connection, now=now, limit=BATCH)]


def put_off(connection: Connection, *, launch_id: str, until: str) -> None:
    """Put off what a launch has to do, because it fails now."""
    connection.execute(store.launches.PUT_OFF, {"launch_id": launch_id, "due_at": until})


def prepare_due(connection: Connection, *, now: str, ids: Ids, outbox: Outbox, only: str | None = None) -> bool:
    """Run each launch of a batch that is due, once; whether there was any.

    A deposit is requested at the moment it was due. If this process stood still for long, each call prepares one of the
    missed deposits.

    Args:
        only: The id of the one launch to run.
    """
    found = store.launches.DUE.all(connection, now=now, limit=BATCH)
    # One for each Dream: the next one must know that this deposit is on its way.
    first_of_dream: dict[str, RunningLaunch] = {}
    for launch in found:
        if only in (None, launch.id):
            first_of_dream.setdefault(launch.dream_id, launch)
    _write(connection, [_stepped(launch) for launch in first_of_dream.values()], ids=ids, outbox=outbox)
    return bool(first_of_dream)


def _stepped(launch: RunningLaunch) -> "_Done":
    assert launch.due_at is not None  # it is due
    return _Done(
        launch, engine.step(as_engine_has_it(launch), launch.occurrences, moment(launch.due_at)), launch.due_at
    )


def next_due(connection: Connection) -> datetime | None:
    due_at = store.launches.NEXT_DUE.one(connection)
    return None if due_at is None else moment(due_at)


def prepare_for(request: Request, event: engine.FeedEvent) -> list[str]:
    """Prepare the deposits that an outside event causes; their ids."""
    types = [savehack.launch_type for savehack in engine.SAVEHACKS if savehack.feed_type is event.type]
    wanted = {"tenant_id": request.tenant.id, "types": types, "of_user": event.user_id}
    query = store.launches.ACTIVE_OF_TENANT if event.user_id is None else store.launches.ACTIVE_OF_USER
    done = []
    for launch in query.all(request.connection, **wanted):
        amount = engine.on_feed(as_engine_has_it(launch), event)
        if amount is not None:
            done.append(_Done(launch, engine.Step(amount_cents=amount, next_due=None), request.now))
    return _write(request.connection, done, ids=request.ids, outbox=request.outbox)


def as_engine_has_it(launch: RunningLaunch) -> engine.Launch:
    """A launch as the engine wants it, with what its Dream has and lacks."""
    return engine.Launch(
        type=engine.BY_LAUNCH_TYPE[launch.type].type,
        terms=own_terms(launch.type, launch.terms),
        seed=launch.seed,
        timezone=launch.timezone,
        started_at=moment(launch.started_at),
        dream_target_cents=launch.target_cents,
        dream_balance_cents=launch.balance_cents,
        dream_pending_cents=launch.pending_cents,
        dream_expires_at=_day_or_moment(launch.expires_at),
        consented_cents=launch.consented_cents,
    )


def consent_for(launch: LaunchRow, dream: DreamRow) -> engine.Consent:
    """The consent that a launch needs."""
    started_at = launch.started_at or launch.drafted_at
    assert started_at is not None  # a launch with a consent begins as a draft
    return engine.consent(
        engine.Launch(
            type=engine.BY_LAUNCH_TYPE[launch.type].type,
            terms=own_terms(launch.type, launch.terms),
            seed=launch.seed,
            timezone=launch.timezone,
            started_at=moment(started_at),
            dream_target_cents=dream.target_cents,
            dream_balance_cents=dream.balance_cents,
            dream_pending_cents=0,
            dream_expires_at=_day_or_moment(dream.expires_at),
            consented_cents=None,
        )
    )


def own_terms(launch_type: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """A launch's own fields by the engine's names."""
    return {field.name: terms[field.wire_name] for field in engine.BY_LAUNCH_TYPE[launch_type].own_fields}


def _day_or_moment(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == len("2027-06-01") else moment(text)


@attrs.frozen
class _Done:
    """What a launch did at a moment."""

    launch: RunningLaunch
    step: engine.Step
    at: str


def _write(connection: Connection, done: Sequence[_Done], *, ids: Ids, outbox: Outbox) -> list[str]:
    """Write down deposits, and when the launches are due again; the deposits' ids."""
    if not done:
        return []
    deposits = [_deposit(each, cents, ids) for each in done if (cents := each.step.amount_cents)]
    if deposits:
        store.transactions.add(connection, deposits)
    for deposit in deposits:
        outbox.note("DepositRequested", "transactions", deposit.id)
    running = [
        {
            "launch_id": each.launch.id,
            "occurrences": each.launch.occurrences + 1,
            "due_at": None if each.step.next_due is None else timestamp(each.step.next_due),
        }
        for each in done
    ]
    connection.execute(store.launches.RUN, running)
    return [deposit.id for deposit in deposits]


def _deposit(done: _Done, amount_cents: int, ids: Ids) -> TransactionRow:
    launch = done.launch
    return TransactionRow(
        id=ids.uuid(),
        user_id=launch.user_id,
        tenant_id=launch.tenant_id,
        type="Deposit",
        amount_cents=amount_cents,
        requested_at=done.at,
        launch_id=launch.id,
        occurrence=launch.occurrences,
        transfer_consent_id=launch.transfer_consent_id,
        to_account_id=launch.account_id,
        to_dream_id=launch.dream_id,
    )

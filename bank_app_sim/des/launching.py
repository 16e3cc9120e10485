"""How savehack launches run: they start, prepare deposits when these fall due, and wait while there is no account.

What is saved when, the engine knows; here it is read, written down and told of.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from ..server.database import Connection
from ..server.ids import Ids
from ..timeline.clock import moment, timestamp
from . import engine, store
from .outbox import Outbox
from .request import Request
from .store.dreams import DreamRow
from .store.launches import LaunchRow, RunningLaunch
from .store.transactions import TransactionRow
from .store.users import UserRow
from .tenant import Tenant

# Why a launch is paused: it needs an account, and none exists nor is being opened; or somebody wanted it.
ACCOUNT_REQUIRED = "account_required"
USER_REQUESTED = "user_requested"

# Launches whose deposits are prepared in one transaction; other requests get their turn in between.
BATCH = 100

# When to try again with a launch that could not be run.
PUT_OFF = timedelta(hours=1)


def must_wait(tenant: Tenant, user: UserRow, dream: DreamRow) -> bool:
    """A launch for this Dream has nowhere to put money, and nothing says that it soon will."""
    asked_for = dream if tenant.asks_per_dream else user
    return dream.account_id is None and asked_for.provisioning_initiated_at is None


def open_account_request(request: Request, user: UserRow, dream: DreamRow) -> None:
    """See that the bank's app can be asked for an account: under one id for all launches that wait for the same."""
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
    """Start a launch, now: with its first deposit, where its type saves at once.

    The launch that it replaces, if it does, is stopped.
    """
    started = {"launch_id": launch_id, "now": request.now}
    request.connection.execute(store.launches.START, started)
    launch = store.launches.RUNNING_BY_ID.one(request.connection, launch_id=launch_id)
    step = engine.start(as_engine_has_it(launch), launch.occurrences)
    _write(request.connection, [_Done(launch, step, request.now)], ids=request.ids, outbox=request.outbox)
    if launch.obsolete_launch_id is not None:
        stop(request, launch.obsolete_launch_id)


def stop(request: Request, launch_id: str, *, at: str | None = None) -> None:
    """Stop a launch for good. What it has asked for stays asked for; a second time changes nothing."""
    stopped = request.connection.execute(store.launches.STOP, {"launch_id": launch_id, "at": at or request.now})
    if stopped.rowcount:
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch_id)


def resume(request: Request, launch_id: str) -> None:
    """End a pause that somebody wanted. What fell due meanwhile is left out."""
    launch = store.launches.RUNNING_BY_ID.one(request.connection, launch_id=launch_id)
    due = engine.resume(as_engine_has_it(launch), launch.occurrences, moment(request.now))
    resumed = {"launch_id": launch_id, "due_at": None if due is None else timestamp(due)}
    request.connection.execute(store.launches.RESUME, resumed)


def due(connection: Connection, *, now: str) -> list[str]:
    """The launches that are due, a batch of them, by their ids."""
    return [launch.id for launch in store.launches.DUE.all(connection, now=now, limit=BATCH)]


def put_off(connection: Connection, *, launch_id: str, until: str) -> None:
    """Try again at a later moment what a launch has to do, because it cannot be done now."""
    connection.execute(store.launches.PUT_OFF, {"launch_id": launch_id, "due_at": until})


def prepare_due(connection: Connection, *, now: str, ids: Ids, outbox: Outbox, only: str | None = None) -> bool:
    """Do what is due of each launch, once, for a batch of them; tells whether there were any.

    A deposit is requested at the moment it was due. After a long pause of this process every missed one is prepared,
    one in each call.

    Args:
        only: The id of the one launch to do it for.
    """
    found = store.launches.DUE.all(connection, now=now, limit=BATCH)
    # One for each Dream: what it brings is on its way to the Dream before the next one reckons what the Dream lacks.
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
    """Prepare the deposits that something outside brings; returns their ids."""
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
    """A launch's row, with what its Dream has and lacks, for the engine."""
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
    """What the user has to sign for before a launch may start."""
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
    """What a launch did at a moment, to be written down."""

    launch: RunningLaunch
    step: engine.Step
    at: str


def _write(connection: Connection, done: Sequence[_Done], *, ids: Ids, outbox: Outbox) -> list[str]:
    """Write down deposits, and when the launches are due again; returns the deposits' ids."""
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

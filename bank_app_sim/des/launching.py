"""How savehack launches run: they start, prepare deposits when these fall due, and wait while there is no account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..clock import moment, timestamp
from ..ids import Ids
from . import store
from .outbox import Outbox
from .request import Request
from .savehacks import BY_LAUNCH_TYPE
from .store import Row
from .tenant import Tenant

# Why a launch is paused: it needs an account, and none exists nor is being opened.
ACCOUNT_REQUIRED = "account_required"

# Launches whose deposits are prepared in one transaction; other requests get their turn in between.
BATCH = 100


def must_wait(tenant: Tenant, user: Row, dream: Row) -> bool:
    """A launch for this Dream has nowhere to put money, and nothing says that it soon will."""
    asked_for = dream if tenant.asks_per_dream else user
    return dream["account_id"] is None and asked_for["provisioning_initiated_at"] is None


def open_account_request(request: Request, user: Row, dream: Row) -> None:
    """See that the bank's app can be asked for an account: under one id for all launches that wait for the same."""
    asked_for, statement = (
        (dream, store.dreams.SET_PROVISIONING)
        if request.tenant.asks_per_dream
        else (user, store.users.SET_PROVISIONING)
    )
    if asked_for["account_provision_request_id"] is None:
        opened = {"provisioning_initiated_at": None, "account_provision_request_id": request.ids.uuid()}
        request.connection.execute(statement, {"of": asked_for["id"], **opened})


def start(request: Request, launch_id: str) -> None:
    """Start a launch: its first deposit is prepared now."""
    (launch,) = request.connection.execute(store.launches.RUNNING_BY_ID, {"launch_id": launch_id}).mappings()
    prepare(request.connection, [(launch, request.now)], ids=request.ids, now=request.now, outbox=request.outbox)


def start_waiting(request: Request, *, user_id: str | None = None, dream_id: str | None = None) -> None:
    """Start all launches of a user, or for a Dream, that wait for an account."""
    statement = store.launches.OF_USER_WAITING if dream_id is None else store.launches.OF_DREAM_WAITING
    waiting = {"user_id": user_id, "dream_id": dream_id, "pause_reason": ACCOUNT_REQUIRED}
    for launch in request.connection.execute(statement, waiting).mappings().all():
        start(request, launch["id"])
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch["id"])


def prepare_due(connection: sa.Connection, *, now: str, ids: Ids, outbox: Outbox) -> bool:
    """Prepare one deposit of each launch that is due, up to a batch of them; tells whether there were any.

    A deposit is requested at the moment it was due. After a long pause of this process every missed one is prepared,
    one in each call.
    """
    due = connection.execute(store.launches.DUE, {"now": now, "limit": BATCH}).mappings().all()
    prepare(connection, [(launch, launch["due_at"]) for launch in due], ids=ids, now=now, outbox=outbox)
    return bool(due)


def next_due(connection: sa.Connection) -> datetime | None:
    due_at = connection.execute(store.launches.NEXT_DUE).scalar_one()
    return None if due_at is None else moment(due_at)


def prepare(
    connection: sa.Connection, deposits: Sequence[tuple[Row, str]], *, ids: Ids, now: str, outbox: Outbox
) -> None:
    """Prepare a deposit of each launch, requested at the moment beside it, and write down when the next one is due."""
    if not deposits:
        return
    rows = [_deposit(launch, requested_at, ids) for launch, requested_at in deposits]
    connection.execute(store.transactions.CREATE, rows)
    for row in rows:
        outbox.note("DepositRequested", "transactions", row["id"])
    running = [
        {
            "launch_id": launch["id"],
            "now": now,
            "occurrences": launch["occurrences"] + 1,
            "due_at": _next_due(launch, requested_at),
        }
        for launch, requested_at in deposits
    ]
    connection.execute(store.launches.RUN, running)


def _deposit(launch: Row, requested_at: str, ids: Ids) -> dict[str, Any]:
    return {
        "id": ids.uuid(),
        "user_id": launch["user_id"],
        "launch_id": launch["id"],
        "occurrence": launch["occurrences"],
        "transfer_consent_id": launch["transfer_consent_id"],
        "type": "Deposit",
        "amount_cents": launch["terms"]["amountCents"],
        "state": "requested",
        "requested_at": requested_at,
        "errors": [],
        "to_account_id": launch["account_id"],
        "to_dream_id": launch["dream_id"],
    }


def _next_due(launch: Row, after: str) -> str | None:
    due = BY_LAUNCH_TYPE[launch["type"]].next_due(moment(after), launch["terms"])
    return None if due is None else timestamp(due)

"""How savehack launches run: they start, prepare deposits when these fall due, and wait while there is no account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..clock import moment, timestamp
from ..ids import Ids
from . import store
from .request import Request
from .savehacks import BY_LAUNCH_TYPE
from .store import Row

# Why a launch is paused: it needs an account, and none exists nor is being opened.
ACCOUNT_REQUIRED = "account_required"

# Launches whose deposits are prepared in one transaction; other requests get their turn in between.
BATCH = 100


def must_wait(user: Row) -> bool:
    """A launch of this user has nowhere to put money, and nothing says that it soon will."""
    return user["account_id"] is None and user["provisioning_initiated_at"] is None


def account_request(request: Request, user: Row) -> str:
    """The id under which the bank's app is asked for an account: one for all launches that wait for it."""
    open_request_id: str | None = user["account_provision_request_id"]
    if open_request_id is not None:
        return open_request_id
    request_id = request.ids.uuid()
    opened = {
        "user_id": user["id"],
        "provisioning_initiated_at": None,
        "account_provision_request_id": request_id,
    }
    request.connection.execute(store.SET_PROVISIONING, opened)
    return request_id


def start_waiting(request: Request, user_id: str) -> None:
    """Start all launches of a user that wait for an account: the first deposit of each is prepared now."""
    waiting = {"user_id": user_id, "pause_reason": ACCOUNT_REQUIRED}
    launches = request.connection.execute(store.LAUNCHES_WAITING_FOR_ACCOUNT, waiting).mappings().all()
    prepare(request.connection, [(launch, request.now) for launch in launches], request.ids)


def prepare_due(connection: sa.Connection, now: str, ids: Ids) -> bool:
    """Prepare one deposit of each launch that is due, up to a batch of them; tells whether there were any.

    A deposit is requested at the moment it was due. After a long pause of this process every missed one is prepared,
    one in each call.
    """
    due = connection.execute(store.DUE_LAUNCHES, {"now": now, "limit": BATCH}).mappings().all()
    prepare(connection, [(launch, launch["due_at"]) for launch in due], ids)
    return bool(due)


def next_due(connection: sa.Connection) -> datetime | None:
    due_at = connection.execute(store.NEXT_DUE).scalar_one()
    return None if due_at is None else moment(due_at)


def prepare(connection: sa.Connection, deposits: Sequence[tuple[Row, str]], ids: Ids) -> None:
    """Prepare a deposit of each launch, requested at the moment beside it, and write down when the next one is due."""
    if not deposits:
        return
    rows = [_deposit(launch, requested_at, ids) for launch, requested_at in deposits]
    connection.execute(store.CREATE_TRANSACTION, rows)
    running = [
        {
            "launch_id": launch["id"],
            "occurrences": launch["occurrences"] + 1,
            "due_at": _next_due(launch, requested_at),
        }
        for launch, requested_at in deposits
    ]
    connection.execute(store.RUN_LAUNCH, running)


def _deposit(launch: Row, requested_at: str, ids: Ids) -> dict[str, Any]:
    return {
        "id": ids.uuid(),
        "user_id": launch["user_id"],
        "launch_id": launch["id"],
        "occurrence": launch["occurrences"],
        "type": "Deposit",
        "amount_cents": launch["amount_cents"],
        "state": "requested",
        "requested_at": requested_at,
        "errors": [],
        "to_account_id": launch["account_id"],
        "to_dream_id": launch["dream_id"],
    }


def _next_due(launch: Row, after: str) -> str | None:
    due = BY_LAUNCH_TYPE[launch["type"]].next_due(moment(after), launch)
    return None if due is None else timestamp(due)

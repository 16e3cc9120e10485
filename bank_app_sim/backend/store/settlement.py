"""When to fetch the transactions that DES requests: one row."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, values
from ..tables import settlement
from .claims import amend, asked_at, is_due_and_free

# The row, if there is one.
_ROW: Query[int] = values(sa.select(settlement.c.n))
_ADD = sa.insert(settlement).values(attempts=0)
# A worker claims the row, and learns how often it has failed.
_CLAIM: Query[int] = values(
    sa.update(settlement)
    .where(is_due_and_free(settlement))
    .values(claimed_until=given("until"))
    .returning(settlement.c.attempts)
)
_PLAN = sa.update(settlement).values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)
# The same by a worker. If the row was hastened meanwhile, its claim is gone, and the worker's plan does not count.
_CONCLUDE = _PLAN.where(settlement.c.claimed_until == given("of_claim"))
# The row is due now, if it is ever due.
_HASTEN = sa.update(settlement).where(settlement.c.due_at.is_not(None)).values(due_at=given("due"), claimed_until=None)


def prepare(connection: Connection) -> None:
    """Make the row. It is never due until an account is reported."""
    if _ROW.first(connection) is None:
        connection.execute(_ADD)


def claim(connection: Connection, now: str, *, until: str, longest: timedelta) -> int | None:
    """How many attempts have failed in a row; None if settling is not due, or another worker has claimed it."""
    amend(connection, settlement, now, longest=longest)
    return _CLAIM.first(connection, **asked_at(now), until=until)


def plan(connection: Connection, due_at: str) -> None:
    """Settle at a moment."""
    connection.execute(_PLAN, {"due_at": due_at, "attempts": 0, "last_error": None})


def conclude(connection: Connection, due_at: str, *, of_claim: str, attempts: int, last_error: str | None) -> None:
    """As `plan()`, by the worker with this claim; nothing changes if the claim is no longer its own."""
    concluded = {"due_at": due_at, "of_claim": of_claim, "attempts": attempts, "last_error": last_error}
    connection.execute(_CONCLUDE, concluded)


def hasten(connection: Connection, now: str) -> None:
    """Settle now. Before the first account is reported, still never."""
    connection.execute(_HASTEN, {"due": now})

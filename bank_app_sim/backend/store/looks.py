"""When a worker should look into which table for work."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.attempts import LONGEST_WAIT
from ...server.database import Connection, Query
from ..tables import consents, event_look, orders, reports, settlement, transfers
from .claims import asked_at, far, is_wrong

_TABLES = (orders, transfers, settlement, event_look, reports, consents)


def _next_look(table: sa.Table) -> sa.ColumnElement[str | None]:
    """When the row is due, or, if a worker has claimed it, when that worker must have died."""
    now = given("now", type_=sa.String)
    due_at = sa.case((is_wrong(table, far=f"far_{table.name}"), now), else_=table.c.due_at)
    is_claimed = sa.and_(table.c.claimed_until > due_at, table.c.claimed_until <= given("stale"))
    return sa.case((is_claimed, table.c.claimed_until), else_=due_at)


def _waits(table: sa.Table) -> sa.ColumnElement[bool]:
    """Something is left to do. Only few of all rows wait, and an index has them."""
    return table.c.due_at > ""


def _by_table(*moments: str | None) -> dict[str, str]:
    return {table.name: at for table, at in zip(_TABLES, moments, strict=True) if at is not None}


# One row, with the next moment of each table: while there is nothing to do, a worker asks nothing else.
_NEXT = Query(
    _by_table,
    sa.select(
        *(
            sa.select(sa.func.min(_next_look(table))).where(_waits(table)).scalar_subquery().label(table.name)
            for table in _TABLES
        )
    ),
)

# Every claim of a table ends.
_RELEASE = [
    sa.update(table).where(_waits(table), table.c.claimed_until.is_not(None)).values(claimed_until=None)
    for table in _TABLES
]


def next_looks(connection: Connection, *, now: str, longest: Mapping[str, timedelta]) -> Mapping[str, str]:
    """When there may be something to do, by the name of the table. Tables in which nothing waits are left out.

    Args:
        longest: The longest that any row of a table may have to wait, if that is not `LONGEST_WAIT`.
    """
    furthest: dict[str, Any] = {
        f"far_{table.name}": far(now, longest.get(table.name, LONGEST_WAIT)) for table in _TABLES
    }
    return _NEXT.one(connection, **asked_at(now), **furthest)


def release_claims(connection: Connection) -> None:
    """End all claims, because every worker that made one is dead."""
    for statement in _RELEASE:
        connection.execute(statement)

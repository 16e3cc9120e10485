"""Which worker takes a due step: the one that has claimed its row, until the claim runs out.

Who has written down a step of an order has claimed the next one by that.
Between claiming a row and writing down what came of it DES is called, and that is not done within a transaction. Two
workers at the same step would do no harm, because its effect happens once; but they would do each other's work.
Nothing is locked against claiming twice: one transaction writes at a time.
"""

import functools
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ..server.attempts import LONGEST_WAIT
from ..server.database import Connection
from ..timeline.clock import moment, timestamp
from .provisioning import OrderState
from .tables import consents, event_look, orders, reports, settlement, transfers

# How long a step of a killed worker waits for another one. A worker whose DES answers more slowly than that is
# overtaken, and what it writes down then finds the step taken.
LEASE = timedelta(seconds=15)

# So many rows are claimed at once; if their worker dies, all of them wait.
BATCH = 20


# How far the clocks of several processes may be apart, and how late a statement may come after it was asked for.
LENIENCY = timedelta(minutes=1)


# Simulated time stands still most of the time.
@functools.lru_cache(64)
def asked_at(now: str) -> Mapping[str, str]:
    """What `is_due_and_free()` is asked with."""
    return {"now": now, "stale": timestamp(moment(now) + LEASE + LENIENCY)}


def is_due_and_free(table: sa.Table) -> sa.ColumnElement[bool]:
    """The row's step is due at `now`, and nobody is at it; see `asked_at()`."""
    return sa.and_(
        table.c.due_at <= given("now"),
        sa.or_(
            table.c.claimed_until.is_(None),
            table.c.claimed_until <= given("now"),
            table.c.claimed_until > given("stale"),  # by a clock that was ahead
        ),
    )


@functools.lru_cache(64)
def _far(now: str, longest: timedelta) -> str:
    return timestamp(moment(now) + longest + LENIENCY)


def _is_wrong(table: sa.Table, *, far: str) -> sa.ColumnElement[bool]:
    """Its moment was written down by a clock that was ahead and has been set back since: no wait is so long."""
    is_too_far = table.c.due_at > given(far, type_=sa.String)
    if table is not orders:
        return is_too_far
    # A decision is due whenever the bank has said. It was ordered in the future only by such a clock.
    waits_for_decision = sa.and_(table.c.state == OrderState.ORDERED.value, table.c.attempts == 0)
    return sa.and_(
        table.c.due_at > given("stale", type_=sa.String),
        sa.or_(
            sa.and_(waits_for_decision, table.c.ordered_at > given("stale", type_=sa.String)),
            sa.and_(sa.not_(waits_for_decision), is_too_far),
        ),
    )


def _next_look(table: sa.Table) -> sa.ColumnElement[str | None]:
    """When there may be something to do: when the row is due, or when whoever is at it seems to have died."""
    now = given("now", type_=sa.String)
    due_at = sa.case((_is_wrong(table, far=f"far_{table.name}"), now), else_=table.c.due_at)
    is_claimed = sa.and_(table.c.claimed_until > due_at, table.c.claimed_until <= given("stale"))
    return sa.case((is_claimed, table.c.claimed_until), else_=due_at)


def _waits(table: sa.Table) -> sa.ColumnElement[bool]:
    """Something is left to do. Of all rows there ever were these are few, and an index has them."""
    return table.c.due_at > ""


_due_work = (orders, transfers, settlement, event_look, reports, consents)
# One row: all that a worker asks as long as there is nothing to do.
_next_looks = sa.select(
    *(
        sa.select(sa.func.min(_next_look(table))).where(_waits(table)).scalar_subquery().label(table.name)
        for table in _due_work
    )
)
_release = [
    sa.update(table).where(_waits(table), table.c.claimed_until.is_not(None)).values(claimed_until=None)
    for table in _due_work
]


# That what was written down by a wrong clock is due comes first, so that an index finds, and sorts, what is due.
_amends = [sa.update(table).where(_is_wrong(table, far="far")).values(due_at=given("now")) for table in _due_work]
_amend = dict(zip(_due_work, _amends, strict=True))


def amend(connection: Connection, table: sa.Table, now: str, *, longest: timedelta = LONGEST_WAIT) -> None:
    """What a clock that was ahead has written down is due now.

    Args:
        longest: How long any row of the table may have to wait.
    """
    asked = {"now": now, "far": _far(now, longest)}
    connection.execute(_amend[table], {**asked_at(now), **asked} if table is orders else asked)


def next_looks(connection: Connection, *, now: str, longest: Mapping[str, timedelta]) -> Mapping[str, str]:
    """When there may be something to do, by the name of the table; without those in which nothing waits.

    Args:
        longest: How long any row of a table may have to wait, where that is not `LONGEST_WAIT`.
    """
    far = {f"far_{table.name}": _far(now, longest.get(table.name, LONGEST_WAIT)) for table in _due_work}
    row = connection.execute(_next_looks, {**asked_at(now), **far}).one()
    return {name: at for name, at in row._mapping.items() if at is not None}


def release_claims(connection: Connection) -> None:
    """Whoever has claimed something is dead."""
    for statement in _release:
        connection.execute(statement)

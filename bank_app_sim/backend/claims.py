"""Which worker takes a due step: the one that has claimed its row, until the claim runs out.

Who has written down a step of an order has claimed the next one by that.
Between claiming a row and writing down what came of it DES is called, and that is not done within a transaction. Two
workers at the same step would do no harm, because its effect happens once; but they would do each other's work.
Nothing is locked against claiming twice: one transaction writes at a time.
"""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from .tables import consents, event_look, orders, reports, settlement, transfers

# How long a step of a killed worker waits for another one. A worker whose DES answers more slowly than that is
# overtaken, and what it writes down then finds the step taken.
LEASE = timedelta(seconds=15)

# So many rows are claimed at once; if their worker dies, all of them wait.
BATCH = 20


def is_due_and_free(table: sa.Table) -> sa.ColumnElement[bool]:
    """The row's step is due at `now`, and nobody is at it."""
    return sa.and_(
        table.c.due_at <= given("now"),
        sa.or_(table.c.claimed_until.is_(None), table.c.claimed_until <= given("now")),
    )


def _next_look(table: sa.Table) -> sa.ColumnElement[str | None]:
    """When there may be something to do: when the row is due, or when whoever is at it seems to have died."""
    return sa.case((table.c.claimed_until > table.c.due_at, table.c.claimed_until), else_=table.c.due_at)


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


def next_looks(connection: sa.Connection) -> Mapping[str, str]:
    """When there may be something to do, by the name of the table; without those in which nothing waits."""
    row = connection.execute(_next_looks).one()
    return {name: at for name, at in row._mapping.items() if at is not None}


def release_claims(connection: sa.Connection) -> None:
    """Whoever has claimed something is dead."""
    for statement in _release:
        connection.execute(statement)

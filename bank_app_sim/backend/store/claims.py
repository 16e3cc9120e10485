"""Which worker takes a due step: the worker that has claimed its row, until the claim expires.

A worker claims a row, calls DES outside any transaction, then writes down the result. If two workers took the same
step, nothing would break, because each effect happens once; the claim saves them the double work. One transaction
writes at a time, so claiming needs no locks.
"""

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.attempts import LONGEST_WAIT
from ...server.database import Connection, Query, columns_of, rows
from ...timeline.clock import moment, timestamp
from ..orders import OrderState
from ..tables import orders

# How long the step of a worker that died waits for another worker. A worker that waits longer than this for DES is
# overtaken; when it writes its result, it finds that the step was taken.
LEASE = timedelta(seconds=15)

# How many rows a worker claims at once. If it dies, all of them wait.
BATCH = 20

# How far the clocks of several processes may differ, plus how late a statement may arrive after it was made.
LENIENCY = timedelta(minutes=1)


class DueRow(attrs.AttrsInstance, Protocol):
    """A row with a step that is due at some moment."""

    @property
    def state(self) -> str: ...

    @property
    def attempts(self) -> int: ...


R = TypeVar("R", bound=DueRow)


class DueRows(Generic[R]):
    """The statements that every table of due rows has.

    Args:
        key: The column that identifies a row, and `key_of` reads it from a row.
        order: In which order rows are worked off that are due at the same moment.
    """

    def __init__(
        self, row: type[R], table: sa.Table, *, key: str, key_of: Callable[[R], str | int], order: tuple[str, ...]
    ) -> None:
        this = table.c[key] == given("this")
        self._table = table
        self._key_of = key_of
        # Rows that are due and free, the oldest first.
        self.due: Query[R] = rows(
            row,
            sa.select(*columns_of(row, table))
            .where(is_due_and_free(table))
            .order_by(table.c.due_at, *(table.c[name] for name in order))
            .limit(BATCH),
        )
        self.claiming = sa.update(table).where(this).values(claimed_until=given("until"))
        # A change of one row, unless another worker has taken its step meanwhile; see `step()`.
        self.change = sa.update(table).where(this, table.c.state == given("old_state"))
        self.postponing = self.change.values(
            due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
        )

    def step(self, row: R) -> dict[str, Any]:
        """The parameters of `change` that say which row it is, and in which state it was read."""
        return {"this": self._key_of(row), "old_state": str(row.state)}

    def claim(self, connection: Connection, now: str, *, until: str) -> list[R]:
        """Claim a batch of rows that are due and that no other worker has claimed."""
        amend(connection, self._table, now)
        due = self.due.all(connection, **asked_at(now))
        if due:
            connection.execute(self.claiming, [{"this": self._key_of(row), "until": until} for row in due])
        return due

    def postpone(self, connection: Connection, row: R, *, due_at: str, last_error: str) -> None:
        """Write down that the step failed, and when to try again."""
        failed = {"due_at": due_at, "attempts": row.attempts + 1, "last_error": last_error}
        connection.execute(self.postponing, {**self.step(row), **failed})


# Simulated time stands still most of the time, so the same moments are asked for again and again.
@functools.lru_cache(64)
def asked_at(now: str) -> Mapping[str, str]:
    """The parameters of `is_due_and_free()`."""
    return {"now": now, "stale": timestamp(moment(now) + LEASE + LENIENCY)}


def is_due_and_free(table: sa.Table) -> sa.ColumnElement[bool]:
    """The row's step is due at `now`, and no worker has claimed it; see `asked_at()`."""
    return sa.and_(
        table.c.due_at <= given("now"),
        sa.or_(
            table.c.claimed_until.is_(None),
            table.c.claimed_until <= given("now"),
            table.c.claimed_until > given("stale"),  # written by a clock that was ahead
        ),
    )


@functools.lru_cache(64)
def far(now: str, longest: timedelta) -> str:
    """No row waits longer than this, if none has to wait longer than `longest`."""
    return timestamp(moment(now) + longest + LENIENCY)


def is_wrong(table: sa.Table, *, far: str) -> sa.ColumnElement[bool]:
    """The row's moment comes from a clock that was ahead and has been set back since: no row waits that long.

    Args:
        far: The parameter with the moment of `far()`.
    """
    is_too_far = table.c.due_at > given(far, type_=sa.String)
    if table is not orders:
        return is_too_far
    # The bank may take any time for a decision. But if the order itself is in the future, the clock was wrong.
    waits_for_decision = sa.and_(table.c.state == OrderState.ORDERED.value, table.c.attempts == 0)
    return sa.and_(
        table.c.due_at > given("stale", type_=sa.String),
        sa.or_(
            sa.and_(waits_for_decision, table.c.ordered_at > given("stale", type_=sa.String)),
            sa.and_(sa.not_(waits_for_decision), is_too_far),
        ),
    )


@functools.cache
def amending(table: sa.Table) -> sa.Update:
    """Rows with a wrong moment become due now. This comes first, so that an index finds and sorts what is due."""
    return sa.update(table).where(is_wrong(table, far="far")).values(due_at=given("now"))


def amend(connection: Connection, table: sa.Table, now: str, *, longest: timedelta = LONGEST_WAIT) -> None:
    """Make due now what a wrong clock has put off.

    Args:
        longest: The longest that any row of the table may have to wait.
    """
    asked = {"now": now, "far": far(now, longest)}
    connection.execute(amending(table), {**asked_at(now), **asked} if table is orders else asked)

"""Moments that a wrong clock wrote are corrected."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bank_app_sim.backend import tables
from bank_app_sim.backend.store import looks
from bank_app_sim.backend.store.claims import LEASE, amend, asked_at, is_due_and_free
from bank_app_sim.server.attempts import LONGEST_WAIT
from bank_app_sim.server.database import Connection, Database, values
from bank_app_sim.timeline.clock import timestamp

from ..conftest import DatabaseOf

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YEAR = timedelta(days=400)

DUE_WORK = [table for table in tables.metadata.sorted_tables if "due_at" in table.c]


@pytest.fixture
def database(database_of: DatabaseOf) -> Iterator[Database]:
    with closing(Database(database_of("backend"), tables.metadata, version=tables.VERSION)) as database:
        yield database


def put(database: Database, table: sa.Table, **moments: datetime | None) -> None:
    """Put one row with these moments into a table of due work. The other columns have any value."""
    anything = {
        column.name: 1 if isinstance(column.type, sa.Integer | sa.BigInteger) else "ada"
        for column in table.columns
        if not column.nullable and column.name != "n"
    }
    told = {name: None if at is None else timestamp(at) for name, at in moments.items()}
    at = timestamp(NOW)

    def insert(connection: Connection) -> None:
        for each in (table, tables.postings, tables.accounts, tables.customers):
            connection.execute(sa.delete(each))
        connection.execute(sa.insert(tables.customers), {"name": "ada", "registered_at": at})
        connection.execute(sa.insert(tables.accounts), {"name": "ada", "opened_at": at})
        connection.execute(sa.insert(tables.postings), {"reference": "ada", "posted_at": at})
        connection.execute(sa.insert(table), {**anything, **told})

    database.run_now(insert)


def is_claimable(database: Database, table: sa.Table) -> bool:
    """Whether a worker takes the row now. The moment of the next look must agree."""
    now = timestamp(NOW)

    def ask(connection: Connection) -> tuple[bool, str]:
        next_look = looks.next_looks(connection, now=now, longest={})[table.name]
        amend(connection, table, now)
        due = values(sa.select(table.c.due_at).where(is_due_and_free(table))).first(connection, **asked_at(now))
        return due is not None, next_look

    is_taken, next_look = database.run_now(ask)
    assert (next_look <= now) == is_taken
    return is_taken


# Due at, claimed until, and whether a worker takes it now.
CASES = [
    (NOW, None, True),
    (NOW + SECOND, None, False),
    (NOW + LONGEST_WAIT, None, False),
    (NOW + YEAR, None, True),
    (NOW, NOW + LEASE, False),
    (NOW, NOW + YEAR, True),
    (NOW + YEAR, NOW + LEASE, False),
    (NOW + YEAR, NOW + YEAR, True),
    (NOW + SECOND, NOW + YEAR, False),
]


@pytest.mark.parametrize("table", DUE_WORK, ids=lambda table: table.name)
def test_work_waits_no_longer_than_it_may_have_to(database: Database, table: sa.Table) -> None:
    for due_at, claimed_until, is_taken in CASES:
        put(database, table, due_at=due_at, claimed_until=claimed_until)

        assert is_claimable(database, table) is is_taken, (due_at, claimed_until)


@pytest.mark.parametrize(("ordered_at", "is_taken"), [(NOW, False), (NOW - 30 * YEAR, False), (NOW + YEAR, True)])
def test_a_decision_waits_as_long_as_the_bank_takes(database: Database, ordered_at: datetime, is_taken: bool) -> None:
    order: dict[str, Any] = {"due_at": NOW + YEAR, "ordered_at": ordered_at}
    put(database, tables.orders, **order)
    first_attempt = sa.update(tables.orders).values(state="ORDERED", attempts=0)
    database.run_now(lambda connection: connection.execute(first_attempt))

    assert is_claimable(database, tables.orders) is is_taken

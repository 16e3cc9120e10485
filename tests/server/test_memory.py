"""Databases in memory that begin with the content of another one."""

from contextlib import closing

import pytest
import sqlalchemy as sa

from bank_app_sim.server.database import Connection, Database, DatabaseError
from bank_app_sim.server.database.memory import MOST_AT_REST

from .test_database import add, all_names, metadata

URL = "sqlite://"


def names_in(content: bytes) -> list[str]:
    with closing(Database(URL, metadata, version=1, content=content)) as database:
        return database.run_now(all_names)


@pytest.fixture
def content() -> bytes:
    with closing(Database(URL, metadata, version=1)) as database:
        database.run_now(lambda connection: add(connection, "ada"))
        return database.content()


def test_each_begins_with_the_content_whatever_the_one_before_did(content: bytes) -> None:
    for _ in range(3):
        with closing(Database(URL, metadata, version=1, content=content)) as database:
            assert database.run_now(all_names) == ["ada"]
            database.run_now(lambda connection: add(connection, "bo"))
            with pytest.raises(sa.exc.IntegrityError):
                database.run_now(lambda connection: add(connection, "bo"))
            assert database.run_now(all_names) == ["ada", "bo"]


def test_several_at_once_share_nothing(content: bytes) -> None:
    databases = [Database(URL, metadata, version=1, content=content) for _ in range(3)]
    for n, database in enumerate(databases):
        database.run_now(lambda connection, n=n: add(connection, f"bo-{n}"))  # type: ignore[misc]

    assert [each.run_now(all_names) for each in databases] == [["ada", f"bo-{n}"] for n in range(3)]
    for database in databases:
        database.close()


def test_the_content_of_a_copy_has_its_changes(content: bytes) -> None:
    with closing(Database(URL, metadata, version=1, content=content)) as copy:
        copy.run_now(lambda connection: add(connection, "bo"))
        later = copy.content()

    assert names_in(later) == ["ada", "bo"]
    assert names_in(content) == ["ada"]


def test_failed_work_is_not_in_the_content(content: bytes) -> None:
    def add_and_fail(connection: Connection) -> None:
        add(connection, "bo")
        raise LookupError

    with closing(Database(URL, metadata, version=1, content=content)) as copy:
        with pytest.raises(LookupError):
            copy.run_now(add_and_fail)

        assert names_in(copy.content()) == ["ada"]


def test_only_so_many_databases_are_kept_for_later_worlds(content: bytes) -> None:
    databases = [Database(URL, metadata, version=1, content=content) for _ in range(MOST_AT_REST + 5)]
    connections = [database._store._connection for database in databases]  # type: ignore[union-attr]

    for database in databases:
        database.close()

    assert sum(not connection.closed for connection in connections) == MOST_AT_REST


def test_a_closed_copy_cannot_read_the_next_one(content: bytes) -> None:
    closed = Database(URL, metadata, version=1, content=content)
    closed.close()

    with closing(Database(URL, metadata, version=1, content=content)):
        for read in (closed.content, lambda: closed.run_now(all_names)):
            with pytest.raises(DatabaseError, match="closed"):
                read()


def test_content_of_another_version_and_nonsense_are_refused(content: bytes) -> None:
    with pytest.raises(DatabaseError, match="has schema 1, this program needs 2"):
        Database(URL, metadata, version=2, content=content)
    with pytest.raises(DatabaseError, match="cannot be read as a database"):
        Database(URL, metadata, version=1, content=b"nonsense" * 1_000)

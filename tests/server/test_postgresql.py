"""What PostgreSQL adds: several processes at one database, and connections that break."""

import concurrent.futures
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import anyio
import anyio.to_thread
import psycopg
import pytest
import sqlalchemy as sa

from bank_app_sim.server.database import Connection, ConnectionLost, Database, DatabaseError, order_of_insertion, values

pytestmark = pytest.mark.postgresql

metadata = sa.MetaData()
names = sa.Table("names", metadata, order_of_insertion(), sa.Column("name", sa.String, nullable=False))


@pytest.fixture
def database(missing_schema: str) -> Iterator[Database]:
    with closing(Database(missing_schema, metadata, version=1)) as database:
        yield database


@pytest.fixture
def other(database: Database, missing_schema: str) -> Iterator[Database]:
    """The same database, opened by another process."""
    with closing(Database(missing_schema, metadata, version=1)) as other:
        yield other


def add(connection: Connection, name: str) -> int:
    return int(values(names.insert().returning(names.c.n)).one(connection, name=name))


def all_names(connection: Connection) -> list[str]:
    return values(sa.select(names.c.name).order_by(names.c.n)).all(connection)


def cut(connection: Connection, server: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Break this connection, as a restart of the server does."""
    pid = values(sa.text("SELECT pg_backend_pid()")).one(connection)
    server.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))


# Several processes


def test_one_of_many_first_starts_makes_the_tables(missing_schema: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as starts:
        databases = list(starts.map(lambda _: Database(missing_schema, metadata, version=1), range(8)))

    for n, database in enumerate(databases):
        database.run_now(partial(add, name=str(n)))
    assert databases[0].run_now(all_names) == [str(n) for n in range(8)]
    for database in databases:
        database.close()


async def test_one_writes_at_a_time_across_processes(
    database: Database, other: Database, server: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    """So the numbers have the order of the commits: a reader that sees one sees all before it."""
    writing, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def slow(connection: Connection) -> None:
        add(connection, "first")
        writing.set()
        assert go_on.wait(30)
        order.append("first")

    def quick(connection: Connection) -> None:
        order.append("second")
        assert all_names(connection) == ["first"]
        add(connection, "second")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.run, slow)
        await anyio.to_thread.run_sync(writing.wait)
        tasks.start_soon(other.run, quick)
        with anyio.fail_after(30):
            while server.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").rowcount == 0:
                await anyio.lowlevel.checkpoint()
        assert await other.run(all_names, reads_only=True) == [], "who only reads does not wait"
        go_on.set()

    assert order == ["first", "second"]
    assert await other.run(all_names) == ["first", "second"]


async def test_work_that_only_reads_cannot_write(database: Database) -> None:
    with pytest.raises(sa.exc.InternalError, match="read-only transaction"):
        await database.run(lambda connection: add(connection, "ada"), reads_only=True)


async def test_work_that_only_reads_sees_one_moment(database: Database, other: Database) -> None:
    """As in SQLite: the count of a listing fits its pages."""

    def read_twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = all_names(connection)
        other.run_now(lambda connection: add(connection, "meanwhile"))
        return before, all_names(connection)

    assert await database.run(read_twice, reads_only=True) == ([], [])
    assert await database.run(all_names, reads_only=True) == ["meanwhile"]


async def test_a_writer_that_waits_too_long_for_another_process_gets_an_error(
    missing_schema: str, database: Database
) -> None:
    with closing(Database(f"{missing_schema}&options=-clock_timeout%3D20ms", metadata, version=1)) as impatient:

        def write_meanwhile(_connection: Connection) -> None:
            impatient.run_now(lambda connection: add(connection, "never"))

        with pytest.raises(DatabaseError, match="another process has been writing all the time"):
            await database.run(write_meanwhile)

    assert await database.run(all_names) == []


# Connections that break


@pytest.mark.parametrize("reads_only", [False, True])
async def test_work_is_repeated_once_if_its_connection_breaks(
    database: Database, server: "psycopg.Connection[tuple[object, ...]]", reads_only: bool
) -> None:
    attempts: list[list[str]] = []
    await database.run(lambda connection: add(connection, "before"))

    def break_at_first(connection: Connection) -> None:
        if not reads_only:
            add(connection, "ada")
        attempts.append(all_names(connection))
        if len(attempts) == 1:
            cut(connection, server)
            all_names(connection)

    await database.run(break_at_first, reads_only=reads_only)

    assert attempts == ([["before"]] * 2 if reads_only else [["before", "ada"]] * 2)
    assert await database.run(all_names) == attempts[0]


async def test_all_work_of_a_transaction_is_repeated_together(
    database: Database, server: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    attempts = 0

    def break_at_first(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            cut(connection, server)
        add(connection, "broken")

    async with anyio.create_task_group() as tasks:
        for n in range(5):
            tasks.start_soon(database.run, lambda connection, n=n: add(connection, f"before {n}"))
        tasks.start_soon(database.run, break_at_first)
        for n in range(5):
            tasks.start_soon(database.run, lambda connection, n=n: add(connection, f"behind {n}"))

    assert attempts == 2
    expected = ["broken", *(f"{place} {n}" for place in ("before", "behind") for n in range(5))]
    assert sorted(await database.run(all_names)) == sorted(expected)


@pytest.mark.parametrize("reads_only", [False, True])
async def test_a_connection_that_breaks_again_is_an_error(
    database: Database, server: "psycopg.Connection[tuple[object, ...]]", reads_only: bool
) -> None:
    def break_always(connection: Connection) -> None:
        cut(connection, server)
        all_names(connection)

    with pytest.raises(ConnectionLost, match="broke, twice; is the server running"):
        await database.run(break_always, reads_only=reads_only)

    assert await database.run(all_names, reads_only=reads_only) == []


async def test_a_commit_with_an_unknown_result_is_not_repeated(
    missing_schema: str, database: Database, server: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    """The connection breaks while the server commits: repeating it could do it twice."""
    schema = sa.make_url(missing_schema).query["schema"]
    server.execute(f"""
        CREATE FUNCTION {schema}.die() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER die AFTER INSERT ON {schema}.names
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.die()
    """)
    attempts = 0

    def insert(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        add(connection, "ada")

    with pytest.raises(DatabaseError, match="it may have happened, or not"):
        await database.run(insert)

    assert attempts == 1


async def test_connections_that_broke_while_unused_reconnect(
    database: Database, server: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    def pid(connection: Connection) -> int:
        return int(values(sa.text("SELECT pg_backend_pid()")).one(connection))

    pids = [await database.run(pid), await database.run(pid, reads_only=True)]
    for old in pids:
        server.execute("SELECT pg_terminate_backend(%s, 10000)", (old,))

    await database.run(lambda connection: add(connection, "ada"))
    assert await database.run(all_names, reads_only=True) == ["ada"]

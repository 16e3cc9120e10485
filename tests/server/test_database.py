"""One transaction for each unit of work, in each store, from both event loops."""

import traceback
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from bank_app_sim.server.database import Connection, Database, DatabaseError, of_actor, values

metadata = sa.MetaData()
names = sa.Table("names", metadata, sa.Column("name", sa.String, primary_key=True))


@pytest.fixture(
    params=[
        ("memory", False),
        ("file", False),
        ("file", True),
        *(pytest.param(("postgresql", inline), marks=pytest.mark.postgresql) for inline in (False, True)),
    ],
    ids=lambda param: f"{param[0]}{' inline' if param[1] else ''}",
)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, bool]:
    """The address, and whether work runs on the caller's thread."""
    kind, inline = request.param
    if kind == "postgresql":
        return request.getfixturevalue("missing_schema"), inline
    return ("sqlite://" if kind == "memory" else f"sqlite:///{tmp_path / 'test.sqlite3'}"), inline


@pytest.fixture
def database(address: tuple[str, bool]) -> Iterator[Database]:
    url, inline = address
    with closing(Database(url, metadata, version=1, inline=inline)) as database:
        yield database


def add(connection: Connection, name: str) -> str:
    connection.execute(names.insert(), {"name": name})
    return name


def all_names(connection: Connection) -> list[str]:
    return values(sa.select(names.c.name).order_by(names.c.name)).all(connection)


async def test_the_result_of_work_is_returned_and_its_effect_stays(database: Database) -> None:
    assert await database.run(lambda connection: add(connection, "ada")) == "ada"
    assert await database.run(all_names) == ["ada"]


async def test_work_that_raises_is_undone_and_other_work_is_not(database: Database) -> None:
    """Ten at once share a commit in a file; only one of them fails."""

    def fail(connection: Connection) -> None:
        add(connection, "half done")
        raise LookupError("on purpose")

    async def failing() -> None:
        with pytest.raises(LookupError, match="on purpose"):
            await database.run(fail)

    async with anyio.create_task_group() as tasks:
        for n in range(5):
            tasks.start_soon(database.run, lambda connection, n=n: add(connection, f"before {n}"))
            tasks.start_soon(failing)
            tasks.start_soon(database.run, lambda connection, n=n: add(connection, f"behind {n}"))

    expected = sorted(f"{place} {n}" for place in ("before", "behind") for n in range(5))
    assert await database.run(all_names) == expected


async def test_work_whose_caller_is_cancelled_is_done_as_a_whole_or_not_at_all(database: Database) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await database.run(lambda connection: add(connection, "ada"))

    assert await database.run(all_names) in ([], ["ada"])


async def test_a_caller_that_cannot_await_gets_its_turn(database: Database) -> None:
    database.run_now(lambda connection: add(connection, "before"))
    await database.run(lambda connection: add(connection, "between"))

    assert database.run_now(all_names) == ["before", "between"]
    with pytest.raises(sa.exc.IntegrityError):
        database.run_now(lambda connection: add(connection, "before"))


async def test_committed_work_survives_closing(address: tuple[str, bool]) -> None:
    url, inline = address
    if url == "sqlite://":
        return  # memory ends with its database
    with closing(Database(url, metadata, version=1, inline=inline)) as first:
        await first.run(lambda connection: add(connection, "ada"))

    with closing(Database(url, metadata, version=1, inline=inline)) as second:
        assert await second.run(all_names, reads_only=True) == ["ada"]


async def test_a_write_can_be_read_at_once(database: Database) -> None:
    for n in range(20):
        await database.run(partial(add, name=f"{n:02}"))

        assert len(await database.run(all_names, reads_only=True)) == n + 1


async def test_a_failed_read_does_not_stop_other_work(database: Database) -> None:
    with pytest.raises(IndexError):
        await database.run(lambda connection: [][0], reads_only=True)

    assert await database.run(all_names, reads_only=True) == []


async def test_names_sort_byte_by_byte(database: Database) -> None:
    for name in ("b", "a", "B", "A", "ä", "a b", "a:b"):
        await database.run(partial(add, name=name))

    assert await database.run(all_names) == ["A", "B", "a", "a b", "a:b", "b", "ä"]


async def test_a_file_is_durable_with_every_commit(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", metadata, version=1)

    # 2 is FULL (sqlite.org/pragma.html#pragma_synchronous)
    assert await database.run(lambda connection: values(sa.text("PRAGMA synchronous")).one(connection)) == 2
    assert await database.run(lambda connection: values(sa.text("PRAGMA journal_mode")).one(connection)) == "wal"
    database.close()


@pytest.mark.parametrize("reads_only", [False, True])
async def test_a_closed_database_says_so(database: Database, reads_only: bool) -> None:
    await database.run(all_names, reads_only=reads_only)
    database.close()
    database.close()

    with pytest.raises(DatabaseError, match="closed"):
        await database.run(all_names, reads_only=reads_only)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://me:passw0rd@localhost/bank", "neither SQLite nor PostgreSQL"),
        ("mysql://localhost/bank?password=passw0rd", "neither SQLite nor PostgreSQL"),
        ("passw0rd", "cannot be read"),
        ("postgresql://me:passw0rd@localhost:port/bank", "cannot be read"),
    ],
)
def test_an_address_of_something_else_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said) as caught:
        Database(url, metadata, version=1)

    assert "passw0rd" not in "".join(traceback.format_exception(caught.value))


def test_actors_have_a_schema_each() -> None:
    assert of_actor("postgresql://me@host/bank", "des") == "postgresql://me@host/bank?schema=des"
    assert of_actor("postgres://me:pw@host/bank?schema=a", "des") == "postgres://me:pw@host/bank?schema=a_des"
    with pytest.raises(DatabaseError, match="neither a folder of SQLite files nor an address of a PostgreSQL database"):
        of_actor("sqlite://", "des")


def test_actors_have_a_file_each_in_a_folder() -> None:
    assert of_actor("sqlite:////srv/world?synchronous=OFF", "des") == "sqlite:////srv/world/des.sqlite3?synchronous=OFF"

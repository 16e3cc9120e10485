"""One transaction for each unit of work, in memory and in a file, from both event loops."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from bank_app_sim.database import Database, DatabaseError

metadata = sa.MetaData()
names = sa.Table("names", metadata, sa.Column("name", sa.String, primary_key=True))


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'test.sqlite3'}"
    database = Database(url, metadata, version=1)
    yield database
    database.close()


def add(connection: sa.Connection, name: str) -> str:
    connection.execute(names.insert(), {"name": name})
    return name


def all_names(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.select(names.c.name).order_by(names.c.name)))


async def test_work_returns_what_it_returns_and_stays(database: Database) -> None:
    assert await database.run(lambda connection: add(connection, "ada")) == "ada"
    assert await database.run(all_names) == ["ada"]


async def test_work_that_raises_has_not_happened_and_takes_nobody_with_it(database: Database) -> None:
    """Ten at once share a commit in a file; the one that fails is the only one that fails."""

    def fail(connection: sa.Connection) -> None:
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


async def test_a_caller_that_cannot_await_has_its_turn_too(database: Database) -> None:
    database.run_now(lambda connection: add(connection, "before"))
    await database.run(lambda connection: add(connection, "between"))

    assert database.run_now(all_names) == ["before", "between"]
    with pytest.raises(sa.exc.IntegrityError):
        database.run_now(lambda connection: add(connection, "before"))


async def test_what_was_committed_is_there_after_closing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    first = Database(url, metadata, version=1)
    await first.run(lambda connection: add(connection, "ada"))
    first.close()

    second = Database(url, metadata, version=1)
    assert await second.run(all_names) == ["ada"]
    second.close()


async def test_a_file_is_durable_with_every_commit(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", metadata, version=1)

    # 2 is FULL (sqlite.org/pragma.html#pragma_synchronous)
    assert await database.run(lambda connection: connection.exec_driver_sql("PRAGMA synchronous").scalar()) == 2
    assert await database.run(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalar()) == "wal"
    database.close()


async def test_a_closed_file_says_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", metadata, version=1)
    await database.run(all_names)
    database.close()

    with pytest.raises(DatabaseError, match="closed"):
        await database.run(all_names)


def test_an_address_of_another_kind_of_database_is_refused_without_its_password() -> None:
    with pytest.raises(DatabaseError, match="mysql") as caught:
        Database("mysql://me:passw0rd@localhost/bank", metadata, version=1)

    assert "passw0rd" not in str(caught.value)

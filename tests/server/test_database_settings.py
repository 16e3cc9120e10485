"""Connections have the settings that we rely on, whatever the defaults of the database are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bank_app_sim import Simulation
from bank_app_sim.server.database import Connection, Damaged, Database, DatabaseError, Full, Locked, settings, values
from impact_sdk import Weekly

from .. import postgresql

metadata = sa.MetaData()
names = sa.Table("names", metadata, sa.Column("name", sa.String, primary_key=True))

# The wrong value of each setting that a database or a role can have.
WRONG = {
    "default_transaction_isolation": "'repeatable read'",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "lock_timeout": "1",
    "statement_timeout": "1",
    "idle_in_transaction_session_timeout": "1",
    "idle_session_timeout": "1",
    "standard_conforming_strings": "off",
    "backslash_quote": "off",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "bytea_output": "escape",
    "extra_float_digits": "-10",
    "DateStyle": "'German, DMY'",
    "IntervalStyle": "sql_standard",
    "TimeZone": "'Asia/Kathmandu'",
    "row_security": "off",
    "search_path": "pg_catalog",
    "client_encoding": "LATIN1",
    "plan_cache_mode": "force_generic_plan",
}

# These cannot be wrong here: there is no other tablespace and no other kind of table.
ALONE = {"default_tablespace", "default_table_access_method"}


@pytest.fixture(scope="module")
def wrong_url(worlds: postgresql.Worlds) -> Iterator[str]:
    """A PostgreSQL role with wrong settings: everywhere, or in one database.

    A database's own settings give way to a role's; and making a database, and dropping it, waits for a checkpoint.
    """
    with postgresql.missing_schema(worlds.url) as url, postgresql.connected(url) as server:
        world, database = str(sa.make_url(url).query["schema"]), sa.make_url(url).database
        server.execute(f"CREATE ROLE {world} SUPERUSER LOGIN")
        for n, (setting, value) in enumerate(WRONG.items()):
            place = f"IN DATABASE {database}" if n % 2 else ""
            server.execute(f"ALTER ROLE {world} {place} SET {setting} = {value}")
        yield sa.make_url(url).set(username=world).render_as_string(hide_password=False)
        for schema in (world, *(f"{world}_{actor}" for actor in postgresql.ACTORS)):
            server.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        server.execute(f"DROP ROLE {world}")


@pytest.mark.postgresql
def test_every_setting_that_we_rely_on_has_a_wrong_value_to_try() -> None:
    assert {setting.name for setting in settings.POSTGRESQL if setting.since == 0} - ALONE <= set(WRONG)


@pytest.mark.postgresql
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_journey_passes_whatever_the_defaults_of_the_database_are(wrong_url: str) -> None:
    url = f"{wrong_url}&options=-csynchronous_commit%3Doff"  # nobody pulls the plug
    day = timedelta(days=1)
    async with Simulation(database=url, decision_after=timedelta(), settle_every=day, webhooks=True) as simulation:
        session = await simulation.bank_app("ada").launch()
        dream = await session.create_dream("C:\\båt", target_cents=250_000)
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
        await simulation.advance(8 * day)

        state = await simulation.state()
    assert [dream["name"] for dream in state["dreams"].values()] == ["C:\\båt"]
    assert [dream["balance_cents"] for dream in state["dreams"].values()] == [10_000]
    assert {transaction["state"] for transaction in state["transactions"].values()} == {"settled"}


@pytest.mark.postgresql
def test_each_connection_has_the_settings_that_we_rely_on(wrong_url: str) -> None:
    """For writers and readers; settings in the address win."""
    ours = [setting for setting in settings.POSTGRESQL if setting.since == 0]

    def read(connection: Connection) -> dict[str, str]:
        return {each.name: str(values(sa.text(f"SHOW {each.name}")).one(connection)) for each in ours}

    expected = {
        **{each.name: each.value for each in ours},
        "lock_timeout": "1min",  # as the server writes sixty seconds
        "statement_timeout": "7s",
    }
    with closing(Database(f"{wrong_url}&options=-cstatement_timeout%3D7s", metadata, version=1)) as database:
        assert database.run_now(read) == expected


@contextmanager
def file(path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{path}", metadata, version=1)) as database:
        yield database


def test_a_file_whose_settings_were_changed_has_ours_again(tmp_path: Path) -> None:
    with file(tmp_path / "test"):
        pass
    with closing(sqlite3.connect(tmp_path / "test")) as tool:
        tool.execute("PRAGMA journal_mode = DELETE")

    def read(connection: Connection) -> dict[str, str]:
        wanted = [setting.name for setting in settings.SQLITE_FILE]
        return {name: str(values(sa.text(f"PRAGMA {name}")).one(connection)) for name in wanted}

    words = {"ON": "1", "OFF": "0"}
    expected = {each.name: words.get(each.value, each.value.lower()) for each in settings.SQLITE_FILE}
    with file(tmp_path / "test") as database:
        assert database.run_now(read) == expected


# Errors


def add(connection: Connection, *added: str) -> None:
    connection.execute(names.insert(), [{"name": name} for name in added])


def add_many(connection: Connection) -> None:
    add(connection, *(f"{n:0100}" for n in range(1_000)))


async def test_a_full_disk_is_an_error_of_its_own_and_only_the_failed_work_fails(tmp_path: Path) -> None:
    with file(tmp_path / "test") as database:
        database.run_now(lambda connection: connection.execute(sa.text("PRAGMA max_page_count = 10")))
        with pytest.raises(Full, match="make room"):
            await database.run(add_many)

        await database.run(lambda connection: add(connection, "ada"))
        assert await database.run(lambda connection: values(sa.select(names.c.name)).all(connection)) == ["ada"]


async def test_a_file_in_which_another_process_keeps_writing_is_locked(tmp_path: Path) -> None:
    with file(tmp_path / "test") as database, closing(sqlite3.connect(tmp_path / "test")) as other:
        database.run_now(lambda connection: connection.execute(sa.text("PRAGMA busy_timeout = 1")))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked, match="another process"):
            await database.run(lambda connection: add(connection, "ada"))
        other.rollback()

        await database.run(lambda connection: add(connection, "ada"))


async def test_damaged_pages_are_an_error_of_their_own(tmp_path: Path) -> None:
    with file(tmp_path / "test") as database:
        database.run_now(add_many)
    content = (tmp_path / "test").read_bytes()
    (tmp_path / "test").write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    with file(tmp_path / "test") as database, pytest.raises(Damaged, match="damaged"):
        await database.run(lambda connection: connection.execute(sa.select(names.c.name)))


def test_a_file_that_is_not_a_database_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "test").write_text("something else" * 100)

    with pytest.raises(DatabaseError, match="cannot be opened as a database: file is not a database"):
        Database(f"sqlite:///{tmp_path / 'test'}", metadata, version=1)

"""The start on PostgreSQL: what is refused, and how the tables are made."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import psycopg
import pytest
import sqlalchemy as sa

from bank_app_sim.server.database import Database, DatabaseError, values

from .test_postgresql import add, all_names, metadata, names

pytestmark = pytest.mark.postgresql


def test_another_version_is_refused_and_not_changed(missing_schema: str) -> None:
    with closing(Database(missing_schema, metadata, version=1)) as first:
        first.run_now(lambda connection: add(connection, "ada"))

    with pytest.raises(DatabaseError, match="has version 1, this program needs version 2; rename it"):
        Database(missing_schema, metadata, version=2)

    with closing(Database(missing_schema, metadata, version=1)) as same:
        assert same.run_now(all_names) == ["ada"]


def test_tables_of_another_program_are_not_changed(
    missing_schema: str, server: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    schema = sa.make_url(missing_schema).query["schema"]
    server.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.notes AS SELECT 'precious' AS note")

    with pytest.raises(DatabaseError, match="has tables of something else"):
        Database(missing_schema, metadata, version=1)

    assert server.execute(f"TABLE {schema}.notes").fetchall() == [("precious",)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"database": "no_such_database"}, 'database "no_such_database" does not exist'),
        ({"username": "no_such_user"}, "no_such_user"),
        ({"host": "127.0.0.1", "port": 1}, "Connection refused"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_the_password(
    missing_schema: str, changes: dict[str, str | int], said: str
) -> None:
    url = sa.make_url(missing_schema).set(password="passw0rd", **changes)  # type: ignore[arg-type]

    with pytest.raises(DatabaseError, match=r"cannot be reached: .*is the server running") as caught:
        Database(url.render_as_string(hide_password=False), metadata, version=1)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "passw0rd" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("schema", ["A", "a-b", "a;b", "x" * 64])
def test_a_schema_needs_a_plain_name(missing_schema: str, schema: str) -> None:
    url = sa.make_url(missing_schema).update_query_dict({"schema": schema}).render_as_string(hide_password=False)

    with pytest.raises(DatabaseError, match="cannot be the name of a schema here"):
        Database(url, metadata, version=1)


@pytest.fixture
def new_database(
    missing_schema: str, server: "psycopg.Connection[tuple[object, ...]]"
) -> Iterator[Callable[[str], str]]:
    """Make a whole database, with these options."""
    url = sa.make_url(missing_schema)
    name = str(url.query["schema"])

    def new_database(options: str) -> str:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return url.set(database=name).render_as_string(hide_password=False)

    yield new_database
    server.execute(f"DROP DATABASE IF EXISTS {name}")


def test_a_database_that_cannot_hold_every_text_is_refused(new_database: Callable[[str], str]) -> None:
    """Debian's package makes such databases where no locale is set."""
    url = new_database("ENCODING 'SQL_ASCII' LOCALE 'C'")

    with pytest.raises(DatabaseError, match=r"is encoded in SQL_ASCII, this program needs UTF8; create one with"):
        Database(url, metadata, version=1)


def test_names_sort_byte_by_byte_whatever_the_language_of_the_database(new_database: Callable[[str], str]) -> None:
    url = new_database("ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en'")
    with closing(Database(url, metadata, version=1)) as database:
        for name in ("b", "a", "B", "A", "a b", "a:b"):
            database.run_now(partial(add, name=name))

        in_order = database.run_now(lambda connection: values(sa.select(names.c.name).order_by("name")).all(connection))

    assert in_order == ["A", "B", "a", "a b", "a:b", "b"]

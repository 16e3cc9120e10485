"""The PostgreSQL server of the tests, and empty databases on it."""

import functools
import getpass
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import psycopg
import sqlalchemy as sa

from bank_app_sim.backend import tables as backend_tables
from bank_app_sim.des import tables as des_tables

ADDRESS = "TEST_POSTGRESQL_URL"
ACTORS = {"des": des_tables.metadata, "backend": backend_tables.metadata}


@functools.cache
def server() -> str | None:
    """The address of a database in which tests may create schemas; None if no server lets us in."""
    wanted = os.environ.get(ADDRESS)
    if wanted:
        return wanted
    for user, database in ((getpass.getuser(), "postgres"), ("postgres", "postgres")):
        url = f"postgresql://{user}@127.0.0.1:5432/{database}"
        try:
            with connected(url) as connection:
                [[may_create]] = connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        except psycopg.OperationalError:
            continue
        if may_create:
            return url
    return None


def connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    plain = sa.make_url(url).difference_update_query(["schema"])
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True, connect_timeout=5)


@attrs.define
class Worlds:
    """Addresses of empty databases: schemas that are created once, and emptied after each test.

    Creating the tables takes longer than most tests. Tests of the creation do not use this.
    """

    url: str
    _cleaner: "psycopg.Connection[tuple[object, ...]]" = attrs.field(init=False)
    _names: list[str] = attrs.field(factory=list, init=False)
    _free: list[str] = attrs.field(factory=list, init=False)

    @_cleaner.default
    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return connected(self.url)

    @contextmanager
    def one(self, *, durable: bool = False) -> Iterator[str]:
        """The address of a database for one test; its schemas begin with the name in the address.

        Args:
            durable: Each commit waits for the disk, as in production.
        """
        if not self._free:
            self._names.append(f"test_{secrets.token_hex(6)}")
            self._free.append(self._names[-1])
        name = self._free.pop()
        options = {"schema": name, **({} if durable else {"options": "-c synchronous_commit=off"})}
        yield sa.make_url(self.url).update_query_dict(options).render_as_string(hide_password=False)
        self._empty(name)
        self._free.append(name)

    def _empty(self, name: str) -> None:
        for actor, metadata in ACTORS.items():
            schema = f"{name}_{actor}"
            if self._cleaner.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,)).rowcount:
                tables = [f'"{schema}".{table.name}' for table in reversed(metadata.sorted_tables)]
                self._cleaner.execute("".join(f"DELETE FROM {table};" for table in tables))

    def drop(self) -> None:
        with self._cleaner:
            for name in self._names:
                for actor in ACTORS:
                    self._cleaner.execute(f'DROP SCHEMA IF EXISTS "{name}_{actor}" CASCADE')


@contextmanager
def missing_schema(url: str) -> Iterator[str]:
    """The address of a schema that does not exist yet. After the block it is dropped."""
    name = f"test_{secrets.token_hex(6)}"
    yield sa.make_url(url).update_query_dict({"schema": name}).render_as_string(hide_password=False)
    with connected(url) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')


if __name__ == "__main__":  # `.ci/postgresql` asks whether a server already runs
    print(server() or sys.exit(1))

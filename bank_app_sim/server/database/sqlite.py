"""SQLite in a file, with one thread that writes and reads."""

import functools
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from .. import private_files
from . import settings
from .connection import Connection
from .errors import DatabaseError, named
from .prepared import MOST_STATEMENTS, PreparedConnection, driver_of
from .writer import Writer

T = TypeVar("T")


class SQLite:
    """A SQLite database in a file."""

    def __init__(self, url: sa.URL, tables: sa.MetaData, *, version: int, inline: bool) -> None:
        synchronous = _synchronous(url)
        # Absolute: a path that begins with `file:`, or is `:memory:`, means something else to SQLite.
        file = Path(str(url.database)).absolute()
        self._engine = engine(url.set(query={}, database=str(file)), StaticPool)
        try:
            private_files.make_file(file, *(file.with_name(f"{file.name}-{log}") for log in ("wal", "shm")))
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            driver = driver_of(connection)
            set_up(driver, *settings.SQLITE_FILE, settings.Setting("synchronous", synchronous, "as the address says"))
            prepare(connection, tables, version, name=str(url.database))
        except (OSError, sqlite3.Error, sa.exc.DBAPIError) as error:
            self._engine.dispose()
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            kind = type(named(error) or DatabaseError())
            raise kind(f"{url.database} cannot be opened as a database: {reason}") from error
        except Exception:
            self._engine.dispose()
            raise
        self._inline = inline
        self._writer = Writer(FileConnection(connection), inline=inline)

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool) -> T:
        if reads_only and self._inline:
            return self._writer.run_now(work)
        # Reading does not overtake writing here: under the interpreter's lock a second connection is not faster.
        return await self._writer.run(work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        return self._writer.run_now(work)

    def close(self) -> None:
        self._writer.stop()
        self._engine.dispose()


def _synchronous(url: sa.URL) -> str:
    """Whether a commit waits for the disk."""
    wanted = url.query.get("synchronous", "FULL")
    if wanted not in ("FULL", "OFF"):
        raise DatabaseError(f"synchronous is {wanted!r} for {url.database}; use FULL, or OFF for what need not last")
    return str(wanted)


def engine(url: sa.URL | str, pool: type[sa.Pool]) -> sa.Engine:
    """Opens connections to SQLite."""
    # We begin and commit ourselves (`isolation_level=None`): Python's sqlite3 would do it at moments of its own.
    connect_args = {
        "check_same_thread": False,
        "isolation_level": None,
        "timeout": settings.LONGEST_PAUSE_SECONDS,
        "cached_statements": MOST_STATEMENTS,
    }
    return sa.create_engine(url, poolclass=pool, connect_args=connect_args)


def set_up(driver: sqlite3.Connection, *wanted: settings.Setting) -> None:
    """Set on this connection what we rely on."""
    for setting in wanted:
        driver.execute(f"PRAGMA {setting.name} = {setting.value}")


def prepare(connection: sa.Connection, tables: sa.MetaData, version: int, *, name: str) -> None:
    """Create the tables in an empty database; refuse one that another version of this program made."""
    driver = driver_of(connection)
    found = driver.execute("PRAGMA user_version").fetchone()[0]
    empty = driver.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if empty:
        driver.execute("BEGIN IMMEDIATE")
        for statement in _creation(tables):
            driver.execute(statement)
        driver.execute(f"PRAGMA user_version = {version}")
        driver.execute("COMMIT")
    elif found != version:
        raise DatabaseError(
            f"{name} has schema {found}, this program needs {version}; "
            "move the file away to start with an empty one, or use the program that wrote it"
        )


@functools.cache
def _creation(tables: sa.MetaData) -> Sequence[str]:
    """The statements that create the tables. SQLAlchemy takes far longer to make them than SQLite to run them."""
    statements: list[str] = []
    dialect = sa.make_url("sqlite://").get_dialect()()
    writes = sa.create_mock_engine(
        "sqlite://", lambda element, *_: statements.append(str(element.compile(dialect=dialect)))
    )
    tables.create_all(writes, checkfirst=False)
    return statements


class FileConnection:
    """The one connection to a file, as the writer uses it."""

    def __init__(self, opened: sa.Connection) -> None:
        self._opened = opened
        self._driver = driver_of(opened)
        self.connection = PreparedConnection(self._driver)

    @property
    def is_lost(self) -> bool:
        return False  # there is no server

    @property
    def is_undone(self) -> bool:
        return not self._driver.in_transaction  # SQLite rolls back after some errors, such as a full disk

    def begin(self) -> None:
        self._driver.execute("BEGIN IMMEDIATE")
        self._driver.execute("SAVEPOINT unit")

    def next_unit(self) -> None:
        self._driver.execute("RELEASE unit")
        self._driver.execute("SAVEPOINT unit")

    def undo_unit(self) -> None:
        self._driver.execute("ROLLBACK TO unit")

    def commit(self) -> None:
        try:
            self._driver.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")

    def close(self) -> None:
        self._opened.close()

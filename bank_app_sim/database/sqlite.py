"""SQLite: a file with one thread that writes and reads it, or memory."""

import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from .errors import DatabaseError
from .prepared import MOST_STATEMENTS, Connection
from .writer import Writer

T = TypeVar("T")


class SQLite:
    """A SQLite database. In memory all work is done on the caller's own thread.

    Args:
        content: What `content()` gave, to begin with it; for memory only.
    """

    def __init__(
        self, url: sa.URL, tables: sa.MetaData, *, version: int, inline: bool, content: bytes | None = None
    ) -> None:
        self._file = url.database
        self.is_in_memory = url.database in (None, "", ":memory:")
        self._engine = _memory() if self.is_in_memory else _engine(url, StaticPool)
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._sqlite = cast(Any, connection.connection.driver_connection)
            if content is not None:
                self._sqlite.deserialize(content)
            self._sqlite.execute("PRAGMA foreign_keys = ON")
            if not self.is_in_memory:
                self._sqlite.execute("PRAGMA journal_mode = WAL")
                self._sqlite.execute("PRAGMA synchronous = FULL")
            self._prepare(connection, tables, version)
        except (sqlite3.Error, sa.exc.DBAPIError) as error:
            self._engine.dispose()
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise DatabaseError(f"{url.database} cannot be opened as a database: {reason}") from error
        except Exception:
            self._engine.dispose()
            raise
        self._writer = Writer(_Line(connection, self._sqlite), inline=inline or self.is_in_memory)

    def _prepare(self, connection: sa.Connection, tables: sa.MetaData, version: int) -> None:
        """Create the tables in an empty database; refuse one that another version of this program made."""
        found = self._sqlite.execute("PRAGMA user_version").fetchone()[0]
        empty = self._sqlite.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if empty:
            self._sqlite.execute("BEGIN IMMEDIATE")
            tables.create_all(connection)
            self._sqlite.execute(f"PRAGMA user_version = {version}")
            self._sqlite.execute("COMMIT")
        elif found != version:
            raise DatabaseError(
                f"{self._file} has schema {found}, this program needs {version}; "
                "move the file away to start with an empty one, or use the program that wrote it"
            )

    async def run(self, work: Callable[[sa.Connection], T], *, reads_only: bool) -> T:
        # Reading does not overtake writing here: a second connection is no quicker under one interpreter's lock.
        return await self._writer.run(work)

    def run_now(self, work: Callable[[sa.Connection], T]) -> T:
        return self._writer.run_now(work)

    def content(self) -> bytes:
        """All of it, as bytes; between two units of work."""
        content: bytes = self._sqlite.serialize()
        return content

    def close(self) -> None:
        self._writer.stop()
        if self._engine is not _memory():
            self._engine.dispose()


def _engine(url: sa.URL | str, pool: type[sa.Pool]) -> sa.Engine:
    # We begin and commit ourselves (`isolation_level=None`): Python's sqlite3 would do it at moments of its own.
    connect_args = {
        "check_same_thread": False,
        "isolation_level": None,
        "timeout": 30,
        "cached_statements": MOST_STATEMENTS,
    }
    return sa.create_engine(url, poolclass=pool, connect_args=connect_args)


@functools.cache
def _memory() -> sa.Engine:
    """One engine for all databases in memory, each of which is a connection of its own.

    SQLAlchemy keeps the statements that it has compiled by engine: worlds by the thousand compile each of them once.
    """
    return _engine("sqlite://", NullPool)


@attrs.frozen
class _Line:
    """The one connection."""

    _opened: sa.Connection
    _sqlite: Any
    connection: sa.Connection = attrs.field(init=False)

    @connection.default
    def _prepared(self) -> sa.Connection:
        # Units of work execute statements, and read what comes of it: so much of it there is.
        return cast(sa.Connection, Connection(self._sqlite))

    @property
    def is_lost(self) -> bool:
        return False  # there is no server to lose

    def begin(self) -> None:
        self._sqlite.execute("BEGIN IMMEDIATE")
        self._sqlite.execute("SAVEPOINT unit")

    def next_unit(self) -> None:
        self._sqlite.execute("RELEASE unit")
        self._sqlite.execute("SAVEPOINT unit")

    def undo_unit(self) -> None:
        self._sqlite.execute("ROLLBACK TO unit")

    def commit(self) -> None:
        try:
            self._sqlite.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        if self._sqlite.in_transaction:
            self._sqlite.execute("ROLLBACK")

    def close(self) -> None:
        self._opened.close()

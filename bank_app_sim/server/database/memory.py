"""SQLite in memory: a database that ends with its world, or is put back to its beginning for the next world."""

import collections
import contextlib
import functools
import sqlite3
import threading
from collections.abc import Callable
from typing import TypeVar

import anyio.lowlevel
import attrs
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from . import settings
from .connection import Connection
from .errors import DatabaseError
from .prepared import PreparedConnection, driver_of
from .sqlite import engine, prepare, set_up

T = TypeVar("T")

# How a database begins: its version, and its content, or the tables of an empty database.
Beginning = tuple[int, bytes | sa.MetaData]

# Databases that wait for another world. A process with one world at a time uses two for each content that its worlds
# begin with, and two empty ones.
MOST_AT_REST = 64


class Memory:
    """A SQLite database in memory. All work runs on the caller's thread.

    Args:
        content: What `content()` of another database returned; this one begins with it.
    """

    def __init__(self, tables: sa.MetaData, *, version: int, content: bytes | None = None) -> None:
        self._began_with: Beginning = (version, tables if content is None else content)
        self._connection = _AT_REST.take(self._began_with) or _opened(tables, version, content)
        self._driver = driver_of(self._connection)
        self._units = PreparedConnection(self._driver)
        self._is_closed = False

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool) -> T:
        if reads_only:
            return self._read(work)
        await anyio.lowlevel.checkpoint()  # a writer gives way to other tasks first, as in every other store
        return self.run_now(work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        self._refuse_when_closed()
        self._driver.execute("SAVEPOINT unit")
        try:
            result = work(self._units)
        except BaseException:
            self._driver.execute("ROLLBACK TO unit")
            self._driver.execute("RELEASE unit")
            raise
        self._driver.execute("RELEASE unit")
        return result

    def _read(self, work: Callable[[Connection], T]) -> T:
        """Without a savepoint: there is nothing to undo."""
        self._refuse_when_closed()
        return work(self._units)

    def content(self) -> bytes:
        """Everything in it, as bytes."""
        self._refuse_when_closed()
        content: bytes = self._driver.serialize()
        return content

    def _refuse_when_closed(self) -> None:
        if self._is_closed:  # another world may have the connection by now
            raise DatabaseError("the database is closed")

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        _AT_REST.put(self._began_with, self._connection)


def _opened(tables: sa.MetaData, version: int, content: bytes | None) -> sa.Connection:
    connection = _memory().connect().execution_options(isolation_level="AUTOCOMMIT")
    driver = driver_of(connection)
    try:
        if content is not None:
            _copy(content, driver)
        else:
            driver.execute("PRAGMA page_size = 1024")
        set_up(driver, *settings.SQLITE)
        prepare(connection, tables, version, name="the content")
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseError(f"the content cannot be read as a database: {error}") from error
    except Exception:
        connection.close()
        raise
    # A world never commits its transaction. Rolling it back puts the database back to its beginning, and keeps the
    # statements that SQLite has prepared: preparing them takes longer than running them.
    driver.execute("SAVEPOINT world")
    return connection


def _copy(content: bytes, to: sqlite3.Connection) -> None:
    # serialize() of a database that was itself deserialized would leave out what is not committed.
    with contextlib.closing(sqlite3.connect(":memory:")) as source:
        source.deserialize(content)
        source.backup(to)


@functools.cache
def _memory() -> sa.Engine:
    return engine("sqlite://", NullPool)


@attrs.define
class _AtRest:
    """Databases that are back at their beginning."""

    _lock: threading.Lock = attrs.field(factory=threading.Lock)
    _by_beginning: collections.OrderedDict[Beginning, list[sa.Connection]] = attrs.field(
        factory=collections.OrderedDict
    )
    _count: int = 0

    def take(self, beginning: Beginning) -> sa.Connection | None:
        with self._lock:
            waiting = self._by_beginning.get(beginning)
            if not waiting:
                return None
            self._count -= 1
            return waiting.pop()

    def put(self, beginning: Beginning, connection: sa.Connection) -> None:
        """Undo what a world has done. If there are too many databases, the one that has waited longest is closed."""
        driver_of(connection).execute("ROLLBACK TO world")
        with self._lock:
            self._by_beginning.setdefault(beginning, []).append(connection)
            self._by_beginning.move_to_end(beginning)
            self._count += 1
            while self._count > MOST_AT_REST:
                oldest, waiting = next(iter(self._by_beginning.items()))
                if waiting:
                    self._count -= 1
                    waiting.pop(0).close()
                if not waiting:
                    del self._by_beginning[oldest]


_AT_REST = _AtRest()

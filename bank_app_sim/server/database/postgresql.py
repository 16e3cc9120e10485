"""PostgreSQL: one actor in one schema, one writer across all processes, readers beside it."""

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import attrs
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from . import settings
from .connection import Connection
from .errors import Away, CommitUnknown, ConnectionLost, DatabaseError, Locked
from .writer import Writer

try:
    import psycopg
except ImportError as error:
    raise DatabaseError('PostgreSQL needs psycopg; install it with: pip install "impact-sdk[postgresql]"') from error

T = TypeVar("T")

# Debian 12 has it, and the tests run nothing older.
OLDEST_SERVER = 15

# How many connections of a process read at the same time: more than one interpreter can keep busy. One more writes.
READERS = 4

CONNECT_TIMEOUT_SECONDS = 10

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")  # a name that needs no quotes and is not truncated

# All statements see one snapshot, as in SQLite. A transaction that only reads never fails because of it.
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class PostgreSQL:
    """A schema of a PostgreSQL database."""

    def __init__(self, url: sa.URL, tables: sa.MetaData, *, version: int, inline: bool) -> None:
        schema = _schema(url)
        self._inline = inline
        self._engine = _engine(url, schema)
        # Each schema has a lock of its own, and other programs are unlikely to use its number.
        lock = int.from_bytes(hashlib.sha256(f"bank_app_sim {schema}".encode()).digest()[:8], signed=True)
        self._begin_writing = f"BEGIN; SELECT pg_advisory_xact_lock({lock}); SAVEPOINT unit"
        self._writing = self._new_connection()
        try:
            _check_server(self._writing.driver)
            self._writing.begin()
            _prepare(self._writing.connection, schema, tables, version)
            self._writing.commit()
        except (psycopg.Error, sa.exc.DBAPIError) as error:
            self._writing.close()
            raise DatabaseError(f"{_name(url)} cannot be used: {reason(error)}") from error
        except BaseException:
            self._writing.close()
            raise
        self._writer = Writer(self._writing, inline=inline)
        self._readers: list[_ServerConnection] = []  # those that are not in use
        self._limiter: anyio.CapacityLimiter | None = None

    def _new_connection(self) -> "_ServerConnection":
        return _ServerConnection(self._engine, self._begin_writing)

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool) -> T:
        if not reads_only:
            return await self._writer.run(work)
        self._writer.refuse_when_stopped()
        if self._inline:
            return _read(self._writing, work)
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(READERS)
        return await anyio.to_thread.run_sync(self._read_apart, work, limiter=self._limiter)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        return self._writer.run_now(work)

    def close(self) -> None:
        self._writer.stop()
        while self._readers:
            self._readers.pop().close()

    def _read_apart(self, work: Callable[[Connection], T]) -> T:
        connection = self._readers.pop() if self._readers else self._new_connection()
        try:
            return _read(connection, work)
        finally:
            self._readers.append(connection)


def _read(connection: "_ServerConnection", work: Callable[[Connection], T]) -> T:
    try:
        return connection.read(work)
    except ConnectionLost:
        return connection.read(work)  # the server restarted since, or somebody cut the connection


@attrs.define
class _ServerConnection:
    """A connection to the server that reconnects after it was lost. We send `BEGIN` and `COMMIT`, as in SQLite."""

    _engine: sa.Engine
    _begin_writing: str
    _connection: sa.Connection | None = attrs.field(default=None, init=False)

    @property
    def connection(self) -> sa.Connection:
        if self._connection is None:
            try:
                self._connection = self._engine.connect()
            except sa.exc.DBAPIError as error:
                raise Away(
                    f"{_name(self._engine.url)} cannot be reached: {reason(error)}; "
                    "is the server running, and are host, user, password and database right?"
                ) from error
        return self._connection

    @property
    def driver(self) -> "psycopg.Connection[Any]":
        return _driver_of(self.connection)

    @property
    def is_undone(self) -> bool:
        return False  # the server rolls back only what we tell it to

    @property
    def is_lost(self) -> bool:
        return self._connection is not None and (self._connection.invalidated or self.driver.closed)

    def begin(self) -> None:
        try:
            self._begin(self._begin_writing)
        except psycopg.errors.LockNotAvailable as error:
            raise Locked("another process has been writing all the time; is one of them stuck?") from error

    def _begin(self, statement: str) -> None:
        if self.is_lost:
            self.close()
        self.driver.execute(statement)

    def next_unit(self) -> None:
        self.driver.execute("RELEASE unit; SAVEPOINT unit")

    def undo_unit(self) -> None:
        self.driver.execute("ROLLBACK TO unit")

    def commit(self) -> None:
        try:
            self.driver.execute("COMMIT")
        except psycopg.Error as error:
            if self.is_lost:
                raise CommitUnknown(
                    "the connection to the database broke during a commit: it may have happened, or not; "
                    "look before you try again"
                ) from error
            raise

    def rollback(self) -> None:
        if self._connection is not None:
            self.driver.execute("ROLLBACK")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, once."""
        try:
            self._begin(_BEGIN_READING)
            result = work(self.connection)
            self.driver.execute("COMMIT")
        except BaseException as error:
            if self.is_lost:
                raise ConnectionLost("the connection to the database broke, twice; is the server running?") from error
            self.rollback()
            raise
        return result

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()  # a broken connection would fail at saying goodbye
            connection.close()


def _engine(url: sa.URL, schema: str) -> sa.Engine:
    options = url.query.get("options", "")
    given = options if isinstance(options, str) else " ".join(options)
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["schema", "options"]),
        # Each `_ServerConnection` keeps its connection; there is nothing to pool.
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "options": settings.options(schema, given),
            "client_encoding": "utf8",
            "application_name": f"bank-app-sim {schema}",
            **({} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_SECONDS}),
        },
    )
    settings.complete(engine, given)
    return engine


@contextlib.contextmanager
def session(url: sa.URL) -> "Iterator[psycopg.Connection[Any]]":
    """A connection for other purposes than an actor's, for one block; each statement is a transaction."""
    with _engine(url, "public").connect() as connection:
        yield _driver_of(connection)


def _driver_of(connection: sa.Connection) -> "psycopg.Connection[Any]":
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _check_server(driver: "psycopg.Connection[Any]") -> None:
    version, encoding = driver.info.server_version // 10_000, driver.info.parameter_status("server_encoding")
    if version < OLDEST_SERVER:
        raise DatabaseError(f"the server is PostgreSQL {version}, this program needs {OLDEST_SERVER} or newer")
    if encoding != "UTF8":
        raise DatabaseError(
            f"database {driver.info.dbname!r} is encoded in {encoding}, this program needs UTF8; "
            "create one with: createdb --template template0 --encoding UTF8 NAME"
        )


def _prepare(connection: sa.Connection, schema: str, tables: sa.MetaData, version: int) -> None:
    """Create the tables in an empty schema; refuse a schema with other tables, or of another version.

    Many processes may start at once; only one of them is in here at a time.
    """
    existing = connection.scalars(_TABLES_OF_SCHEMA, {"schema": schema}).all()
    if not existing:
        if not connection.scalar(_SCHEMA_EXISTS, {"schema": schema}):
            connection.execute(sa.schema.CreateSchema(schema))
        _as_sqlite_compares(tables).create_all(connection, checkfirst=False)
        connection.exec_driver_sql("CREATE TABLE schema_version AS SELECT %s AS version", (version,))
        return
    found = connection.exec_driver_sql("TABLE schema_version").scalar_one() if "schema_version" in existing else None
    if found != version:
        whose = "tables of something else" if found is None else f"version {found}"
        raise DatabaseError(
            f'schema "{schema}" of database {connection.engine.url.database!r} has {whose}, this program needs version '
            f"{version}; rename it to start with an empty one, or use the program that wrote it"
        )


_TABLES_OF_SCHEMA = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
_SCHEMA_EXISTS = sa.text("SELECT true FROM pg_namespace WHERE nspname = :schema")


def _as_sqlite_compares(tables: sa.MetaData) -> sa.MetaData:
    """The tables with texts that compare byte by byte: how a database sorts names is not up to who created it."""
    copies = sa.MetaData()
    for table in tables.sorted_tables:
        for column in table.to_metadata(copies).columns:
            if isinstance(column.type, sa.String):
                column.type = sa.Text(collation="C")
    return copies


def _schema(url: sa.URL) -> str:
    schema = url.query.get("schema", "public")
    if not isinstance(schema, str) or _SCHEMA.fullmatch(schema) is None:
        raise DatabaseError(
            f"{schema!r} cannot be the name of a schema here; use small letters, digits and _, at most 63"
        )
    return schema


def _name(url: sa.URL) -> str:
    return f"database {url.database!r} on {url.host or 'the local server'}"


def reason(error: Exception) -> str:
    """What the server said, on one line."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return " ".join(str(original).split())

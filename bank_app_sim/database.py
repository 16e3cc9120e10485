"""An actor's own database: one transaction for each unit of work, and where that work runs."""

import collections
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import anyio
import anyio.lowlevel
import attrs
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

T = TypeVar("T")

# One sync to disk serves at most so many units of work; more would make the first one wait for the last.
LARGEST_GROUP = 64


class DatabaseError(Exception):
    """A database that this program cannot use; the message says why, and the way out."""


class Database:
    """A SQLite database of one actor, in a file or in memory.

    `await database.run(work)` gives `work(connection)` a transaction of its own: committed when it returns, rolled back
    when it raises, and not returned to the caller before it is on disk. In a file the work of all callers runs on one
    thread, and those that wait share one commit (each behind a savepoint, so that one failure is one failure). In
    memory it runs at once, on the caller's own thread, so that a simulated clock sees all that happens.
    """

    def __init__(self, url: str, tables: sa.MetaData, *, version: int) -> None:
        self.url = sa.make_url(url)
        if self.url.get_backend_name() != "sqlite":
            raise DatabaseError(
                f"{self.url.render_as_string()!r} is no SQLite address; use sqlite:///FILE or sqlite://"
            )
        self.in_memory = self.url.database in (None, "", ":memory:")
        # We begin and commit ourselves (`isolation_level=None`): Python's sqlite3 would do it at moments of its own.
        self._engine = sa.create_engine(
            self.url,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 30},
        )
        try:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._sqlite = cast(Any, self._connection.connection.driver_connection)
            self._sqlite.execute("PRAGMA foreign_keys = ON")
            if not self.in_memory:
                self._sqlite.execute("PRAGMA journal_mode = WAL")
                self._sqlite.execute("PRAGMA synchronous = FULL")
            self._prepare(tables, version)
        except (sqlite3.Error, sa.exc.DBAPIError) as error:
            self._engine.dispose()
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise DatabaseError(f"{self.url.database} cannot be opened as a database: {reason}") from error
        except Exception:
            self._engine.dispose()
            raise
        self._writer: _Writer | None = None

    def _prepare(self, tables: sa.MetaData, version: int) -> None:
        """Create the tables in an empty database; refuse one that another version of this program made."""
        found = self._sqlite.execute("PRAGMA user_version").fetchone()[0]
        empty = self._sqlite.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if empty:
            self._sqlite.execute("BEGIN IMMEDIATE")
            tables.create_all(self._connection)
            self._sqlite.execute(f"PRAGMA user_version = {version}")
            self._sqlite.execute("COMMIT")
        elif found != version:
            raise DatabaseError(
                f"{self.url.database} has schema {found}, this program needs {version}; "
                "move the file away to start with an empty one, or use the program that wrote it"
            )

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` in one transaction and return what it returns, once that is durable.

        A caller that is cancelled does not take the work back: it is done or not done, as a whole.
        """
        if not self.in_memory:
            if self._writer is None:
                self._writer = _Writer(self._sqlite, self._connection)
            return await self._writer.run(work)
        await anyio.lowlevel.checkpoint()
        return _in_transaction(self._sqlite, self._connection, work)

    def run_now(self, work: Callable[[sa.Connection], T]) -> T:
        """As `run()`, for a caller that cannot await: it is held up until the work is durable."""
        if self._writer is not None:
            return self._writer.run_now(work)
        return _in_transaction(self._sqlite, self._connection, work)

    def close(self) -> None:
        """Finish the work that waits, then let go of the file. A second call does nothing."""
        if self._writer is not None:
            self._writer.stop()
        self._connection.close()
        self._engine.dispose()


def _in_transaction(sqlite: Any, connection: sa.Connection, work: Callable[[sa.Connection], T]) -> T:
    sqlite.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
    except BaseException:
        sqlite.execute("ROLLBACK")
        raise
    sqlite.execute("COMMIT")
    return result


@attrs.define(eq=False)
class _Job(Generic[T]):
    """A unit of work on its way through the writer's thread, and what came of it."""

    work: Callable[[sa.Connection], T]
    done: anyio.Event | threading.Event
    token: anyio.lowlevel.EventLoopToken | None = None
    result: T | None = None
    error: BaseException | None = None

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set whenever there is no error


class _Writer:
    """The one thread that touches the file; it commits in groups."""

    def __init__(self, sqlite: Any, connection: sa.Connection) -> None:
        self._sqlite = sqlite
        self._connection = connection
        self._waiting: collections.deque[_Job[Any]] = collections.deque()
        self._something_waits = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="database", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        done = anyio.Event()
        job = _Job(work=work, done=done, token=anyio.lowlevel.current_token())
        self._put(job)
        await done.wait()
        return job.outcome()

    def run_now(self, work: Callable[[sa.Connection], T]) -> T:
        done = threading.Event()
        job = _Job(work=work, done=done)
        self._put(job)
        done.wait()
        return job.outcome()

    def _put(self, job: _Job[Any]) -> None:
        with self._something_waits:
            if self._stopped:
                raise DatabaseError("the database is closed")
            self._waiting.append(job)
            self._something_waits.notify()

    def stop(self) -> None:
        with self._something_waits:
            self._stopped = True
            self._something_waits.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._something_waits:
                while not self._waiting and not self._stopped:
                    self._something_waits.wait()
            if not self._waiting:
                return
            self._do_group()

    def _do_group(self) -> None:
        group: list[_Job[Any]] = []
        try:
            self._sqlite.execute("BEGIN IMMEDIATE")
            while self._waiting and len(group) < LARGEST_GROUP:
                job = self._waiting.popleft()
                group.append(job)
                self._do(job)
            self._sqlite.execute("COMMIT")
        except BaseException as error:  # no commit: nothing of this group has happened
            if self._sqlite.in_transaction:
                self._sqlite.execute("ROLLBACK")
            if not group:
                group.append(self._waiting.popleft())
            for job in group:
                job.error = job.error or error
        _tell(group)

    def _do(self, job: _Job[Any]) -> None:
        self._sqlite.execute("SAVEPOINT unit")
        try:
            job.result = job.work(self._connection)
        except BaseException as error:
            job.error = error
            self._sqlite.execute("ROLLBACK TO unit")
        self._sqlite.execute("RELEASE unit")


def _tell(group: list[_Job[Any]]) -> None:
    """Wake the callers, each on its own event loop; one message a loop, however many callers it has."""
    by_token: dict[anyio.lowlevel.EventLoopToken | None, list[_Job[Any]]] = {}
    for job in group:
        by_token.setdefault(job.token, []).append(job)
    for token, jobs in by_token.items():
        if token is None:  # these callers wait on threads of their own
            _set_all(jobs)
            continue
        loop: Any = token.native_token
        # anyio.from_thread.run_sync() would wait for the loop's answer: the writer has better things to do.
        post = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon  # asyncio, or trio
        try:
            post(_set_all, jobs)
        except RuntimeError:
            # The loop has ended, and its callers with it. The work is done all the same.
            continue


def _set_all(jobs: list[_Job[Any]]) -> None:
    for job in jobs:
        job.done.set()

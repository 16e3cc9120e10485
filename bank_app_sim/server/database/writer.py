"""The one writer of a process: units of work that wait for it share one transaction, and one wait for the disk."""

import collections
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

import anyio
import anyio.lowlevel
import attrs

from .connection import Connection
from .errors import ConnectionLost, DatabaseError, Locked, named

T = TypeVar("T")

# How many units of work may share a commit. The first one waits for the last. PostgreSQL also keeps only this many
# savepoints of a transaction in its cache (PGPROC_MAX_CACHED_SUBXIDS).
LARGEST_GROUP = 64


class WriterConnection(Protocol):
    """The connection that writes, and the steps of its transactions. It reconnects when it must."""

    @property
    def connection(self) -> Connection: ...

    @property
    def is_lost(self) -> bool:
        """The connection broke, and what was not committed is gone."""

    @property
    def is_undone(self) -> bool:
        """The database itself has rolled back the whole transaction."""

    def begin(self) -> None:
        """Begin a transaction as the only writer, and the first unit of work in it."""

    def next_unit(self) -> None:
        """Keep what the unit did, and begin the next one."""

    def undo_unit(self) -> None:
        """Undo what the unit did."""

    def commit(self) -> None:
        """Return when it is on disk. If this raises, it did not happen; with `CommitUnknown` it may have happened."""

    def rollback(self) -> None:
        """Undo the whole transaction."""

    def close(self) -> None: ...


@attrs.define(eq=False)
class _Job(Generic[T]):
    """A unit of work that waits for the database, and its result."""

    work: Callable[[Connection], T] = attrs.field(repr=False)  # it may hold secrets, as may the result
    done: anyio.Event | threading.Event | None = None
    token: anyio.lowlevel.EventLoopToken | None = None
    returned: tuple[T] | None = attrs.field(default=None, repr=False)
    error: BaseException | None = None

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        assert self.returned is not None
        return self.returned[0]


class Writer:
    """Does units of work on one connection, each behind a savepoint, so that a failure undoes one unit only.

    Args:
        inline: Work on the caller's thread, one unit at a time. Otherwise the first `run()` starts a thread.
    """

    def __init__(self, connection: WriterConnection, *, inline: bool) -> None:
        self._connection = connection
        self._inline = inline
        self._waiting: collections.deque[_Job[Any]] = collections.deque()
        self._something_waits = threading.Condition()
        self._stopped = False
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        if self._inline:
            await anyio.lowlevel.checkpoint()
            return self._do_alone(work)
        done = anyio.Event()
        job = _Job(work=work, done=done, token=anyio.lowlevel.current_token())
        self._put(job)
        await done.wait()
        return job.result()

    def run_now(self, work: Callable[[Connection], T]) -> T:
        if self._thread is None:
            return self._do_alone(work)
        done = threading.Event()
        job = _Job(work=work, done=done)
        self._put(job)
        done.wait()
        return job.result()

    def stop(self) -> None:
        """Finish what waits, and accept nothing more. A second call does nothing."""
        with self._something_waits:
            self._stopped = True
            self._something_waits.notify()
        if self._thread is not None:
            self._thread.join()
        self._connection.close()

    def _put(self, job: _Job[Any]) -> None:
        with self._something_waits:
            self.refuse_when_stopped()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="database", daemon=True)
                self._thread.start()
            self._waiting.append(job)
            self._something_waits.notify()

    def refuse_when_stopped(self) -> None:
        if self._stopped:
            raise DatabaseError("the database is closed")

    def _work(self) -> None:
        while True:
            with self._something_waits:
                while not self._waiting and not self._stopped:
                    self._something_waits.wait()
                if not self._waiting:
                    return
            self._do_next()

    def _do_next(self) -> None:
        # In a function of its own, so that a waiting thread keeps no finished work alive.
        group = [self._waiting.popleft()]
        self._do_group(group)
        _tell(group)

    def _do_alone(self, work: Callable[[Connection], T]) -> T:
        self.refuse_when_stopped()
        job = _Job(work=work)
        self._do_group([job])
        return job.result()

    def _do_group(self, group: list[_Job[Any]]) -> None:
        """Do these units of work, and those that arrive meanwhile, in one transaction."""
        try:
            try:
                self._attempt(group)
            except ConnectionLost:
                self._attempt(group)  # nothing has happened: try once more, on a new connection
        except BaseException as error:  # there was no commit: nothing of this group has happened
            if isinstance(named(error) or error, Locked):
                # The others fail too: behind a group that waited in vain, they would wait as long again.
                group += [self._waiting.popleft() for _ in range(len(self._waiting))]
            for job in group:
                job.error = job.error or error

    def _attempt(self, group: list[_Job[Any]]) -> None:
        connection = self._connection
        try:
            connection.begin()
            for n, job in enumerate(self._units(group)):
                if n > 0:
                    connection.next_unit()
                self._do(job)
        except BaseException as error:
            if connection.is_lost:
                raise ConnectionLost("the connection to the database broke, twice; is the server running?") from error
            connection.rollback()
            raise
        connection.commit()

    def _units(self, group: list[_Job[Any]]) -> Iterator[_Job[Any]]:
        yield from tuple(group)
        while self._waiting and len(group) < LARGEST_GROUP:
            group.append(self._waiting.popleft())
            yield group[-1]

    def _do(self, job: _Job[Any]) -> None:
        try:
            job.error = None
            job.returned = (job.work(self._connection.connection),)
        except BaseException as error:
            if self._connection.is_lost or self._connection.is_undone:
                raise
            job.error = error
            self._connection.undo_unit()


def _tell(group: list[_Job[Any]]) -> None:
    """Wake the callers, with one message to each event loop."""
    by_token: dict[anyio.lowlevel.EventLoopToken | None, list[_Job[Any]]] = {}
    for job in group:
        by_token.setdefault(job.token, []).append(job)
    for token, jobs in by_token.items():
        if token is None:  # these callers block threads of their own
            _set_all(jobs)
            continue
        loop: Any = token.native_token
        # anyio.from_thread.run_sync() would make the writer wait for the loop's answer.
        post = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon  # asyncio, or trio
        try:
            post(_set_all, jobs)
        except RuntimeError:
            # The loop has ended, and so have its callers. The work is done all the same.
            continue


def _set_all(jobs: list[_Job[Any]]) -> None:
    for job in jobs:
        if job.done is not None:
            job.done.set()

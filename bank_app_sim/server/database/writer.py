"""The one writer of a process: units of work that wait for it share a transaction, and the wait for the disk."""

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

# One sync to disk serves at most so many units of work; more would make the first one wait for the last. It is also
# how many savepoints of a transaction PostgreSQL keeps at hand (PGPROC_MAX_CACHED_SUBXIDS).
LARGEST_GROUP = 64


class Line(Protocol):
    """A connection that writes, and the words with which its transactions go on. It connects again when it must."""

    @property
    def connection(self) -> Connection: ...

    @property
    def is_lost(self) -> bool:
        """The connection broke, and took with it what was not committed."""

    @property
    def is_undone(self) -> bool:
        """The database has undone the whole transaction by itself."""

    def begin(self) -> None:
        """Begin a transaction, as the only one that writes, and the first unit of work in it."""

    def next_unit(self) -> None:
        """What the unit did stays; the next one begins."""

    def undo_unit(self) -> None:
        """What the unit did is undone."""

    def commit(self) -> None:
        """When this returns, it is on disk; when it raises, it did not happen, or it says that nobody knows."""

    def rollback(self) -> None:
        """Undo all of it."""

    def close(self) -> None: ...


@attrs.define(eq=False)
class _Job(Generic[T]):
    """A unit of work on its way to the database, and what came of it."""

    work: Callable[[Connection], T] = attrs.field(repr=False)  # like the result, it may know secrets
    done: anyio.Event | threading.Event | None = None
    token: anyio.lowlevel.EventLoopToken | None = None
    result: T | None = attrs.field(default=None, repr=False)
    error: BaseException | None = None

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set whenever there is no error


class Writer:
    """Does units of work on one line, each behind a savepoint, so that one failure is one failure.

    Args:
        inline: On the caller's own thread, one at a time. Otherwise a thread begins with the first `run()`.
    """

    def __init__(self, line: Line, *, inline: bool) -> None:
        self._line = line
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
        return job.outcome()

    def run_now(self, work: Callable[[Connection], T]) -> T:
        if self._thread is None:
            return self._do_alone(work)
        done = threading.Event()
        job = _Job(work=work, done=done)
        self._put(job)
        done.wait()
        return job.outcome()

    def stop(self) -> None:
        """Finish what waits, and take nothing more. A second call does nothing."""
        with self._something_waits:
            self._stopped = True
            self._something_waits.notify()
        if self._thread is not None:
            self._thread.join()
        self._line.close()

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
        # In a function of its own: while the thread waits, nothing of what was done is kept alive.
        group = [self._waiting.popleft()]
        self._do_group(group)
        _tell(group)

    def _do_alone(self, work: Callable[[Connection], T]) -> T:
        self.refuse_when_stopped()
        job = _Job(work=work)
        self._do_group([job])
        return job.outcome()

    def _do_group(self, group: list[_Job[Any]]) -> None:
        """Do these units of work, and those that come meanwhile, in one transaction."""
        try:
            try:
                self._attempt(group)
            except ConnectionLost:
                self._attempt(group)  # nothing of it has happened: once more, on a fresh connection
        except BaseException as error:  # no commit: nothing of this group has happened
            if isinstance(named(error) or error, Locked):
                # Nobody waits as long once more, behind those who have waited in vain.
                group += [self._waiting.popleft() for _ in range(len(self._waiting))]
            for job in group:
                job.error = job.error or error

    def _attempt(self, group: list[_Job[Any]]) -> None:
        line = self._line
        try:
            line.begin()
            for n, job in enumerate(self._units(group)):
                if n > 0:
                    line.next_unit()
                self._do(job)
        except BaseException as error:
            if line.is_lost:
                raise ConnectionLost("the connection to the database broke, twice; is the server running?") from error
            line.rollback()
            raise
        line.commit()

    def _units(self, group: list[_Job[Any]]) -> Iterator[_Job[Any]]:
        yield from tuple(group)
        while self._waiting and len(group) < LARGEST_GROUP:
            group.append(self._waiting.popleft())
            yield group[-1]

    def _do(self, job: _Job[Any]) -> None:
        try:
            job.error = None
            job.result = job.work(self._line.connection)
        except BaseException as error:
            if self._line.is_lost or self._line.is_undone:
                raise
            job.error = error
            self._line.undo_unit()


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
        if job.done is not None:
            job.done.set()

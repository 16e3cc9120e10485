"""Failures at one point of the background work of one actor: of its database, or of what its peer answers."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import attrs
import httpx
import sqlalchemy as sa

from bank_app_sim.backend.store import settlement
from bank_app_sim.backend.store.claims import DueRows
from bank_app_sim.server.database import Connection, Database

from ..backend.network import Network

T = TypeVar("T")

# The actor whose background work this is.
WHOSE: ContextVar[str] = ContextVar("WHOSE", default="nobody's")


@attrs.frozen
class Answered(Exception):
    """No exception at all: an answer that nobody expects."""

    status: int
    content: bytes = b""


def sqlite_error(name: str) -> sqlite3.OperationalError:
    """As the driver raises it."""
    error = sqlite3.OperationalError(f"SQLite says {name}")
    error.sqlite_errorcode = getattr(sqlite3, name)
    error.sqlite_errorname = name
    return error


# What a database raises, and what is a mistake of ours.
EXCEPTIONS: Sequence[Callable[[], Exception]] = (
    partial(RuntimeError, "a mistake of ours"),
    partial(sqlite_error, "SQLITE_BUSY"),
    partial(sqlite_error, "SQLITE_FULL"),
    partial(sqlite_error, "SQLITE_CORRUPT"),
    partial(sqlite_error, "SQLITE_IOERR"),
    lambda: sa.exc.IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed")),
    partial(UnicodeError, "label empty or too long"),
    lambda: ExceptionGroup("of a task group", [ValueError("\0 and \ud800")]),
    partial(RecursionError, "maximum recursion depth exceeded"),
)
# What a peer does.
ANSWERS: Sequence[Callable[[], Exception]] = (
    partial(RuntimeError, "a mistake of a transport"),
    partial(httpx.RemoteProtocolError, "illegal status line"),
    partial(httpx.InvalidURL, "no port"),
    partial(UnicodeError, "label empty or too long"),
    lambda: ExceptionGroup("of a task group", [OSError("no buffer space")]),
    partial(Answered, 520),
    partial(Answered, 999, b"\xff\xfe"),
    partial(Answered, 200, b"[" * 100_000),
    partial(Answered, 200, b'{"unexpected": "\\ud800"}'),
    partial(Answered, 201, b"[]"),
    partial(Answered, 302),
    partial(Answered, 401, b"\0"),
)


@attrs.define(eq=False)
class Failure:
    """An exception at one point of the background work of one actor.

    Attributes:
        of: The actor.
        at: The name of what is to be done at this point; empty for none.
        nth: Which time it is done, from 1.
        error: What is raised there.
        is_late: What was to be done is done all the same.
        seen: The names of all that was done in the background.
        struck: Where something was raised.
    """

    of: str
    at: str = ""
    nth: int = 1
    error: Callable[[], Exception] = EXCEPTIONS[0]
    is_late: bool = False
    seen: set[str] = attrs.field(factory=set)
    struck: set[str] = attrs.field(factory=set)

    def arm(self, at: str, nth: int, error: Callable[[], Exception], *, is_late: bool) -> None:
        self.at, self.nth, self.error, self.is_late = at, nth, error, is_late

    def strikes(self, what: str) -> bool:
        if WHOSE.get() != self.of:
            return False
        self.seen.add(what)
        if what != self.at:
            return False
        self.nth -= 1
        if self.nth == 0:
            self.struck.add(what)
        return self.nth == 0


class FailingDatabase(Database):
    """A database that fails its actor at one point."""

    def __init__(self, failure: Failure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._failure = failure

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool = False) -> T:
        if not self._failure.strikes(_name(work)):
            return await super().run(work, reads_only=reads_only)

        def fail(_connection: Connection) -> T:
            raise self._failure.error()

        if self._failure.is_late:
            await super().run(work, reads_only=reads_only)
        return await super().run(fail, reads_only=reads_only)


def _name(work: Any) -> str:
    """The function that works on the database; a claim is named by its table, too."""
    while isinstance(work, partial):
        work = work.func
    claims = getattr(work, "__self__", None)
    if isinstance(claims, DueRows):
        return f"claim {claims.claiming.table}"
    return "claim settlement" if work is settlement.claim else str(work.__qualname__)


_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@attrs.frozen
class FailingNetwork(httpx.AsyncBaseTransport):
    """A network on which one message of an actor is answered by anything."""

    failure: Failure
    network: Network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self.failure.strikes(f"{request.method} {_UUID.sub('{id}', request.url.path)}"):
            return await self.network.handle_async_request(request)
        if self.failure.is_late:
            await self.network.handle_async_request(request)
        error = self.failure.error()
        if isinstance(error, Answered):
            return httpx.Response(error.status, content=error.content, request=request)
        raise error

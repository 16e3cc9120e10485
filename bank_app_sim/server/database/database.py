"""`Database`: gives each unit of work a transaction, and decides on which thread the work runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar

import sqlalchemy as sa

from ...timeline.traffic import Traffic
from . import addresses
from .connection import Connection
from .errors import DatabaseError, named
from .memory import Memory
from .outage import Outage
from .sqlite import SQLite

if TYPE_CHECKING:
    from .postgresql import PostgreSQL

T = TypeVar("T")

# How late this process may notice what another process has written.
LOOK_EVERY = timedelta(seconds=1)


class Database:
    """The database of one actor: SQLite in a file or in memory, or a schema of a PostgreSQL database.

    `await database.run(work)` runs `work(connection)` in a transaction of its own. It commits when `work` returns,
    rolls back when `work` raises, and returns to the caller once the commit is on disk.

    **One transaction writes at a time**, in SQLite and in PostgreSQL, where this holds across processes too. So nothing
    a transaction has read changes before it commits, and rows become visible in the order of their numbers. Work must
    have no effects outside the database: if the connection breaks before the commit, the work runs a second time.

    Args:
        url: `sqlite://` (memory), `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE?schema=NAME`; a missing file or
            schema is created. `sqlite:///FILE?synchronous=OFF` does not wait for the disk: commits survive the end of
            this process, but not of the machine. `file_address()` makes such a URL of any path. Only this user can
            read the file, whatever the umask.
        version: The version of the tables. A database of another version is refused.
        content: What `content()` of another database returned; this one begins with it. For memory only.
        inline: Run all work at once, on the caller's thread, so that a simulated clock sees it. In every store a writer
            first gives way to other tasks once, so that the order of events does not depend on the store. Memory is
            always inline; otherwise a file has one thread, and PostgreSQL has one that writes and several that read.
        traffic: Tells a simulated clock that work is waiting.

    Raises:
        DatabaseError: The database cannot be used. The message does not contain the password.
    """

    def __init__(
        self,
        url: str,
        tables: sa.MetaData,
        *,
        version: int,
        inline: bool = False,
        traffic: Traffic | None = None,
        content: bytes | None = None,
    ) -> None:
        address = addresses.read(url)
        self.name = addresses.name_of(address)
        self._store = _store(address, tables, version, inline, content)
        self._outage = Outage(addresses.shown(address))
        self._inline = inline
        self._traffic = traffic

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool = False) -> T:
        """Run `work` in one transaction; return its result once that is durable.

        Cancelling the caller does not undo the work: all of it happens, or nothing.

        Args:
            reads_only: The work writes nothing and sees one moment of the database. PostgreSQL runs it beside writers.

        Raises:
            DatabaseError: The work did not happen, because the database is `Away`, `Locked`, `Full` or `Damaged`. With
                `CommitUnknown` it may have happened.
        """
        try:
            if self._traffic is not None and not self.is_in_memory:
                with self._traffic.moving():
                    done = await self._store.run(work, reads_only=reads_only)
            else:
                if self._traffic is not None:
                    self._traffic.note()  # in memory it happens at once: nobody could see it waiting
                done = await self._store.run(work, reads_only=reads_only)
        except Exception as error:
            self._raise(error)
        if self._outage.failures and not reads_only:
            self._outage.is_over()
        return done

    def run_now(self, work: Callable[[Connection], T]) -> T:
        """As `run()`, for a caller that cannot await: it blocks until the work is durable."""
        try:
            return self._store.run_now(work)
        except Exception as error:
            self._raise(error)

    def _raise(self, error: Exception) -> NoReturn:
        """Raise the error in our terms. An outage of the database is logged once."""
        trouble = error if isinstance(error, DatabaseError) else named(error)
        if trouble is None:
            raise error
        self._outage.note(trouble)
        if trouble is error:
            raise error
        raise trouble from error

    def content(self) -> bytes:
        """Everything in the database, as bytes with which another database in memory can begin.

        Raises:
            DatabaseError: This database is not in memory.
        """
        if not isinstance(self._store, Memory):
            raise DatabaseError("only a database in memory can be copied; files and PostgreSQL have tools of their own")
        return self._store.content()

    @property
    def is_in_memory(self) -> bool:
        """Its content is lost when it is closed."""
        return isinstance(self._store, Memory)

    @property
    def is_shared(self) -> bool:
        """Other processes may change the same rows."""
        return not isinstance(self._store, SQLite | Memory)

    @property
    def look_every(self) -> timedelta | None:
        """How often to look for what another process has written; None if there is no other process."""
        return LOOK_EVERY if self.is_shared and not self._inline else None

    def close(self) -> None:
        """Finish the waiting work, then release the database. A second call does nothing."""
        self._store.close()


def _store(
    address: sa.URL, tables: sa.MetaData, version: int, inline: bool, content: bytes | None
) -> "SQLite | Memory | PostgreSQL":
    if addresses.is_in_memory(address):
        return Memory(tables, version=version, content=content)
    if addresses.is_sqlite(address):
        return SQLite(address, tables, version=version, inline=inline)
    if addresses.is_postgresql(address):
        from .postgresql import PostgreSQL  # only here: a world in memory would wait for psycopg to load

        return PostgreSQL(address, tables, version=version, inline=inline)
    raise DatabaseError(
        f"{addresses.shown(address)!r} is neither SQLite nor PostgreSQL; "
        "use sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    )

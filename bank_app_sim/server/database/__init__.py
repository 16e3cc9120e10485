"""An actor's own database: one transaction for each unit of work, and where that work runs."""

import functools
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

import sqlalchemy as sa

from impact_sdk.parsing.visible import visible

from ...timeline.traffic import Traffic
from .columns import index_of_some, order_of_insertion
from .errors import Away, CommitUnknown, ConnectionLost, Damaged, DatabaseError, Full, Locked, named
from .mark import Mark, Marked, marks
from .memory import Memory
from .outage import Outage
from .sqlite import SQLite

__all__ = [
    "Away",
    "CommitUnknown",
    "ConnectionLost",
    "Damaged",
    "Database",
    "DatabaseError",
    "Full",
    "Locked",
    "Mark",
    "Marked",
    "file_address",
    "index_of_some",
    "marks",
    "of_actor",
    "order_of_insertion",
    "postgresql_address",
]

if TYPE_CHECKING:
    from .postgresql import PostgreSQL

T = TypeVar("T")

# How old news may be that another process wrote down.
LOOK_EVERY = timedelta(seconds=1)


class Database:
    """The database of one actor: SQLite in a file or in memory, or a schema of a PostgreSQL database.

    `await database.run(work)` gives `work(connection)` a transaction of its own: committed when it returns, rolled back
    when it raises, and not returned to the caller before it is on disk. **One transaction writes at a time**, in SQLite
    as in PostgreSQL, and there across all processes: what one has read nobody changes under its hands, and rows are
    seen in the order in which they were numbered. Work must have no effects elsewhere: when a connection breaks before
    the commit, it is done once more.

    Args:
        url: `sqlite://` (memory), `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE?schema=NAME`, which is made
            when it is missing. With `sqlite:///FILE?synchronous=OFF` nobody waits for the disk: what is committed
            outlives this process, but not the machine's. `file_address()` makes such an address of any path. A file
            is for this user alone, whatever the umask.
        version: Of the tables. A database of another version is refused.
        content: What `content()` of such a database gave, to begin with it; for memory only.
        inline: Do all work at once, on the caller's own thread, so that a simulated clock sees all that happens; who
            writes waits for a turn first, in every store alike, so that the order of things does not depend on it.
            Otherwise only memory does; a file has a thread that writes, and PostgreSQL others besides that read.
        traffic: Where a simulated clock is to see that work waits for its turn.

    Raises:
        DatabaseError: It cannot be used. The password is not in the message.
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
        parsed = _parsed(url)
        self.name = _name_of(parsed)
        self._store = _store(parsed, tables, version, inline, content)
        self._outage = Outage(shown(parsed))
        self._inline = inline
        self._traffic = traffic

    async def run(self, work: Callable[[sa.Connection], T], *, reads_only: bool = False) -> T:
        """Do `work` in one transaction and return what it returns, once that is durable.

        A caller that is cancelled does not take the work back: it is done or not done, as a whole.

        Args:
            reads_only: It writes nothing, and sees one moment of the database. PostgreSQL does it beside the writers.

        Raises:
            DatabaseError: It was not done, as the database is `Away`, `Locked`, `Full` or `Damaged`; or, with
                `CommitUnknown`, perhaps it was.
        """
        try:
            if self._traffic is not None and not self.is_in_memory:
                with self._traffic.moving():
                    done = await self._store.run(work, reads_only=reads_only)
            else:
                if self._traffic is not None:
                    self._traffic.note()  # in memory it is done at once: nobody could see it on its way
                done = await self._store.run(work, reads_only=reads_only)
        except Exception as error:
            self._raise(error)
        if self._outage.failures and not reads_only:
            self._outage.is_over()
        return done

    def run_now(self, work: Callable[[sa.Connection], T]) -> T:
        """As `run()`, for a caller that cannot await: it is held up until the work is durable."""
        try:
            return self._store.run_now(work)
        except Exception as error:
            self._raise(error)

    def _raise(self, error: Exception) -> NoReturn:
        """The error as callers are told it; what keeps a database from being used is in the log once."""
        trouble = error if isinstance(error, DatabaseError) else named(error)
        if trouble is None:
            raise error
        self._outage.note(trouble)
        if trouble is error:
            raise error
        raise trouble from error

    def content(self) -> bytes:
        """Everything in it, as bytes that another database in memory can begin with.

        Raises:
            DatabaseError: It is not one in memory, which lives on by itself.
        """
        if not isinstance(self._store, Memory):
            raise DatabaseError("only a database in memory can be copied; files and PostgreSQL have tools of their own")
        return self._store.content()

    @property
    def is_in_memory(self) -> bool:
        """It is gone when it is closed."""
        return isinstance(self._store, Memory)

    @property
    def is_shared(self) -> bool:
        """Other processes may be at work on the same rows."""
        return not isinstance(self._store, SQLite | Memory)

    @property
    def look_every(self) -> timedelta | None:
        """How often to look for what another process wrote down; None where there is no other process."""
        return LOOK_EVERY if self.is_shared and not self._inline else None

    def close(self) -> None:
        """Finish the work that waits, then let go of the database. A second call does nothing."""
        self._store.close()


def file_address(file: Path, **parameters: str) -> str:
    """The address of a SQLite file, or of a folder of them, whatever characters its path has."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"sqlite:///{quote_from_bytes(os.fsencode(file.absolute()), safe='/')}{query}"


def of_actor(url: str, actor: str) -> str:
    """Where one of several actors lives in a world's database at `url`: a file in the folder of `sqlite:///FOLDER`, or
    a schema of its own in a PostgreSQL database.

    Where `url` names a schema, the actor's name is put behind it: several worlds fit into one database.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() in _POSTGRESQL:
        parsed = parsed.update_query_dict({"schema": schema_of_actor(parsed, actor)})
        return parsed.render_as_string(hide_password=False)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        folder = Path(str(parsed.database))
        return file_address(folder / f"{actor}.sqlite3", **{name: str(value) for name, value in parsed.query.items()})
    raise DatabaseError(
        f"{shown(parsed)!r} is neither a folder of SQLite files nor an address of a PostgreSQL database; "
        "use sqlite:///FOLDER or postgresql://USER@HOST/DATABASE"
    )


def _name_of(url: sa.URL) -> str:
    """What the database is called, for people; the password is not in it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"schema {url.query.get('schema', 'public')} of {shown(url)}"


def schema_of_actor(url: sa.URL, actor: str) -> str:
    world = url.query.get("schema")
    return f"{world}_{actor}" if isinstance(world, str) else actor


def postgresql_address(url: str) -> sa.URL:
    """The address of a PostgreSQL database; `DatabaseError` for any other."""
    parsed = _parsed(url)
    if parsed.get_backend_name() not in _POSTGRESQL:
        raise DatabaseError(
            f"{shown(parsed)!r} is not an address of a PostgreSQL database; use postgresql://USER@HOST/DATABASE"
        )
    return parsed


_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres")  # libpq takes both


# The databases of worlds in memory have all the same one.
@functools.lru_cache(16)
def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        if url.startswith(_SQLITE):  # releases of SQLAlchemy differ in what they make of `%`
            path = unquote_to_bytes(url.removeprefix(_SQLITE).partition("?")[0])
            return parsed.set(database=os.fsdecode(path))
        return parsed
    except (sa.exc.ArgumentError, ValueError):
        # Not a word of it is repeated: what cannot be read may hold a password anywhere.
        raise DatabaseError(
            "the address of the database cannot be read; write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from None


def shown(url: sa.URL) -> str:
    """The address, as it may be printed: libpq takes secrets among the parameters as well."""
    # The name of a file may be octets that are no text.
    database = None if url.database is None else visible(url.database)
    return url.set(query={}, database=database).render_as_string(hide_password=True)


def _store(
    url: sa.URL, tables: sa.MetaData, version: int, inline: bool, content: bytes | None
) -> "SQLite | Memory | PostgreSQL":
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            return Memory(tables, version=version, content=content)
        return SQLite(url, tables, version=version, inline=inline)
    if url.get_backend_name() in _POSTGRESQL:
        from .postgresql import PostgreSQL

        return PostgreSQL(url, tables, version=version, inline=inline)
    raise DatabaseError(
        f"{shown(url)!r} is neither SQLite nor PostgreSQL; use sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    )

"""Finds schemas of a PostgreSQL database that nobody uses any more, and drops them."""

import contextlib
from collections.abc import Iterator, Sequence

import psycopg
import sqlalchemy as sa

from .errors import DatabaseError
from .postgresql import reason, session

# An actor keeps its connection as long as it lives, under its schema's name; PostgreSQL truncates names to 63 bytes.
_UNUSED = """
    SELECT nspname FROM pg_namespace
    WHERE starts_with(nspname, %(prefix)s) AND pg_has_role(nspowner, 'USAGE') AND NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database()
        AND starts_with(application_name, left('bank-app-sim ' || left(nspname, %(length)s), 63))
    )
"""


def unused(url: str, *, prefix: str, length: int) -> Sequence[str]:
    """The schemas with such names that no actor of their world is connected to.

    Args:
        prefix: How the names begin.
        length: How many characters the names of one world's schemas have in common.
    """
    with _connected(url) as connection:
        return [name for (name,) in connection.execute(_UNUSED, {"prefix": prefix, "length": length})]


def drop(url: str, names: Sequence[str]) -> None:
    """Drop these schemas, if they exist, with everything in them."""
    with _connected(url) as connection:
        for name in names:  # one transaction each, because a transaction locks every table it drops
            connection.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(name)))


@contextlib.contextmanager
def _connected(url: str) -> Iterator["psycopg.Connection[tuple[str]]"]:
    try:
        with session(sa.make_url(url)) as connection:
            yield connection
    except (psycopg.Error, sa.exc.DBAPIError) as error:
        raise DatabaseError(f"worlds that are over cannot be removed from the database: {reason(error)}") from error

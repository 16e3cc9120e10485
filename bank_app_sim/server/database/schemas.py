"""Schemas of a PostgreSQL database, seen from outside: which nobody uses any more, and away with them."""

import contextlib
from collections.abc import Iterator, Sequence

import psycopg
import sqlalchemy as sa

from .errors import DatabaseError
from .postgresql import reason, session

# A line keeps its connection as long as its actor lives, and bears the schema's name; PostgreSQL cuts names off at 63.
_UNUSED = """
    SELECT nspname FROM pg_namespace
    WHERE starts_with(nspname, %(prefix)s) AND pg_has_role(nspowner, 'USAGE') AND NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database()
        AND starts_with(application_name, left('bank-app-sim ' || left(nspname, %(length)s), 63))
    )
"""


def unused(url: str, *, prefix: str, length: int) -> Sequence[str]:
    """Schemas with such names with which nobody is connected, nor with another one of the same world.

    Args:
        prefix: What the names begin with.
        length: How many characters of their names the schemas of one world have in common.
    """
    with _connected(url) as connection:
        return [name for (name,) in connection.execute(_UNUSED, {"prefix": prefix, "length": length})]


def drop(url: str, names: Sequence[str]) -> None:
    """Away with these schemas, where they are there, and with all that is in them."""
    with _connected(url) as connection:
        for name in names:  # each in a transaction of its own: a lock is held for every table
            connection.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(name)))


@contextlib.contextmanager
def _connected(url: str) -> Iterator["psycopg.Connection[tuple[str]]"]:
    try:
        with session(sa.make_url(url)) as connection:
            yield connection
    except (psycopg.Error, sa.exc.DBAPIError) as error:
        raise DatabaseError(f"worlds that are over cannot be removed from the database: {reason(error)}") from error

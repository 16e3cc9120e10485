"""Addresses of databases: how to read, write and print them."""

import functools
import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

import sqlalchemy as sa

from impact_sdk.parsing.visible import visible

from .errors import DatabaseError

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres")  # libpq accepts both


def file_address(file: Path, **parameters: str) -> str:
    """The address of a SQLite file, or of a folder of SQLite files. The path may contain any character."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"sqlite:///{quote_from_bytes(os.fsencode(file.absolute()), safe='/')}{query}"


def of_actor(url: str, actor: str) -> str:
    """The address of one actor's database, within the database of a world at `url`.

    For `sqlite:///FOLDER` it is a file in that folder; for PostgreSQL it is a schema, named after the actor. If `url`
    names a schema, that name comes first, so that one database can hold several worlds.
    """
    world = read(url)
    if is_postgresql(world):
        schema = world.query.get("schema")
        named = world.update_query_dict({"schema": f"{schema}_{actor}" if isinstance(schema, str) else actor})
        return named.render_as_string(hide_password=False)
    if is_sqlite(world) and not is_in_memory(world):
        folder = Path(str(world.database))
        return file_address(folder / f"{actor}.sqlite3", **{name: str(value) for name, value in world.query.items()})
    raise DatabaseError(
        f"{shown(world)!r} is neither a folder of SQLite files nor an address of a PostgreSQL database; "
        "use sqlite:///FOLDER or postgresql://USER@HOST/DATABASE"
    )


def postgresql_address(url: str) -> sa.URL:
    """The address of a PostgreSQL database; `DatabaseError` for any other."""
    address = read(url)
    if not is_postgresql(address):
        raise DatabaseError(
            f"{shown(address)!r} is not an address of a PostgreSQL database; use postgresql://USER@HOST/DATABASE"
        )
    return address


# All worlds in memory have the same address.
@functools.lru_cache(16)
def read(url: str) -> sa.URL:
    """The parts of an address; `DatabaseError` if it has no such parts."""
    try:
        address = sa.make_url(url)
        if url.startswith(_SQLITE):  # releases of SQLAlchemy read `%` differently
            path = unquote_to_bytes(url.removeprefix(_SQLITE).partition("?")[0])
            return address.set(database=os.fsdecode(path))
        return address
    except (sa.exc.ArgumentError, ValueError):
        # The message repeats no part of it: any part may be a password.
        raise DatabaseError(
            "the address of the database cannot be read; write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from None


def is_sqlite(address: sa.URL) -> bool:
    return address.get_backend_name() == "sqlite"


def is_in_memory(address: sa.URL) -> bool:
    return is_sqlite(address) and address.database in (None, "", ":memory:")


def is_postgresql(address: sa.URL) -> bool:
    return address.get_backend_name() in _POSTGRESQL


def name_of(address: sa.URL) -> str:
    """The database's name for people, without the password."""
    if is_sqlite(address):
        return str(address.database)
    return f"schema {address.query.get('schema', 'public')} of {shown(address)}"


def shown(address: sa.URL) -> str:
    """The address for messages: without the password, and without parameters, because libpq accepts secrets there."""
    # The name of a file may be bytes that are not text.
    database = None if address.database is None else visible(address.database)
    return address.set(query={}, database=database).render_as_string(hide_password=True)

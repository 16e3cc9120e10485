"""Customers and the access tokens of their apps."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Connection, Query, values
from ..tables import access_tokens, customers

# The customer with a name.
_NAMED: Query[str] = values(sa.select(customers.c.name).where(customers.c.name == given("name")))
_ADD = sa.insert(customers)

# The customer whose app has a token that is still valid.
_OF_TOKEN: Query[str] = values(
    sa.select(access_tokens.c.customer).where(
        access_tokens.c.digest == given("digest"), access_tokens.c.expires_at > given("now")
    )
)
_ADD_TOKEN = sa.insert(access_tokens)
_REMOVE_EXPIRED_TOKENS = sa.delete(access_tokens).where(access_tokens.c.expires_at <= given("now"))


def exists(connection: Connection, name: str) -> bool:
    return _NAMED.first(connection, name=name) is not None


def add(connection: Connection, name: str, *, registered_at: str) -> None:
    connection.execute(_ADD, {"name": name, "registered_at": registered_at})


def of_token(connection: Connection, digest: str, now: str) -> str | None:
    """The customer whose app has this token; None if the token is unknown or expired."""
    return _OF_TOKEN.first(connection, digest=digest, now=now)


def add_token(connection: Connection, digest: str, *, customer: str, expires_at: str) -> None:
    connection.execute(_ADD_TOKEN, {"digest": digest, "customer": customer, "expires_at": expires_at})


def remove_expired_tokens(connection: Connection, now: str) -> None:
    connection.execute(_REMOVE_EXPIRED_TOKENS, {"now": now})

"""Throwing away what has expired: it is not valid at once, and gone some days later, however often DES is restarted."""

from datetime import timedelta

from ..server.database import Connection
from ..timeline.clock import moment, timestamp
from . import events, idempotency, store

EVERY = timedelta(days=7)

# Rows of each kind in one transaction: thousands of writers may be waiting behind it.
BATCH = 1_000


def last(connection: Connection, now: str) -> str:
    """The moment of the last purge, which outlives restarts; a new database has nothing to throw away yet."""
    at = store.purging.LAST.first(connection)
    if at is None:
        connection.execute(store.purging.BEGIN, {"at": now})
        return now
    return at


def due_at(last: str, now: str) -> str:
    """When to throw away next; at once where a wrong clock has written down a moment that is still to come."""
    return now if last > now else timestamp(moment(last) + EVERY)


def purge_some(connection: Connection, now: str) -> bool:
    """Throw away a batch of what has expired; whether there is more of it. When there is not, that is written down."""
    expired = {
        "now": now,
        "keys_until": idempotency.oldest_kept(now),
        "events_until_us": events.microseconds(moment(now) - events.KEPT),
        "limit": BATCH,
    }
    gone = [connection.execute(statement, expired).rowcount for statement in store.purging.FORGET_SOME]
    if max(gone) == BATCH:
        return True
    connection.execute(store.purging.CONCLUDE, {"now": now})
    return False

"""Deletes expired rows. They stop being valid immediately and are deleted some days later, also after restarts."""

from datetime import timedelta

from ..server.database import Connection
from ..timeline.clock import moment, timestamp
from . import idempotency, store
from .events import events

EVERY = timedelta(days=7)

# Rows of each kind in one transaction: thousands of writers may wait behind it.
BATCH = 1_000


def last(connection: Connection, now: str) -> str:
    """The moment of the last purge, which survives restarts; in a new database it is now."""
    at = store.purging.LAST.first(connection)
    if at is None:
        connection.execute(store.purging.BEGIN, {"at": now})
        return now
    return at


def due_at(last: str, now: str) -> str:
    """The moment of the next purge; now if the last one is in the future, as a wrong clock leaves it."""
    return now if last > now else timestamp(moment(last) + EVERY)


def purge_some(connection: Connection, now: str) -> bool:
    """Delete a batch of expired rows; whether there are more. If not, the moment of this purge is written down."""
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

"""Deleting what has expired, in batches so that no writer waits long."""

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from ...server.database import Query, values
from ..tables import access_tokens, events, idempotency_keys, purges, sessions, tenants, transfer_consent_tickets


def _some(table: sa.Table, has_expired: sa.ColumnElement[bool]) -> sa.Delete:
    """Delete a number of those rows, found by the table's key."""
    key = table.primary_key.columns.values()
    is_one_of_them = key[0] if len(key) == 1 else sa.tuple_(*key)
    return sa.delete(table).where(is_one_of_them.in_(sa.select(*key).where(has_expired).limit(given("limit"))))


# The moment of the last purge.
LAST: Query[str] = values(sa.select(purges.c.at))
BEGIN = sa.insert(purges)
CONCLUDE = sa.update(purges).values(at=given("now"))

# An index finds the events by their tenant. Tenants that are no longer served stay in their table.
FORGET_SOME = (
    _some(events, sa.and_(events.c.tenant_id.in_(sa.select(tenants.c.id)), events.c.at_us <= given("events_until_us"))),
    _some(idempotency_keys, idempotency_keys.c.at <= given("keys_until")),
    _some(sessions, sessions.c.expires_at <= given("now")),
    _some(access_tokens, access_tokens.c.expires_at <= given("now")),
    _some(transfer_consent_tickets, transfer_consent_tickets.c.expires_at <= given("now")),
)

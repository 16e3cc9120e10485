"""Claims what must be sent to a bank, and writes down what became of it: one transaction each."""

from datetime import datetime

import attrs

from ...server.database import Connection
from ...server.ids import Ids
from ...timeline.clock import Clock, timestamp
from .. import store
from . import deliveries
from .deliveries import Reply
from .endpoints import EndpointRow
from .webhook_messages import Batch, Message, secrets_of

# Later than every event.
_FOR_EVER_US = 2**63 - 1


@attrs.frozen
class Work:
    """What must be sent to the bank of one tenant now."""

    batch: Batch | None
    hint: Message | None


NOTHING = Work(None, None)


def claim_webhooks(connection: Connection, *, tenant_id: str, clock: Clock, ids: Ids) -> Work:
    """Claim the batch that is due for a tenant, and the hint that its bank wants."""
    now, of = clock.now(), {"of_tenant": tenant_id}
    to_deliver = store.webhooks.TO_DELIVER.one_or_none(connection, **of, **deliveries.asked_at(now))
    batch = None if to_deliver is None else _claimed(connection, to_deliver, now, ids)
    hint = None
    for hinted in store.webhooks.TO_HINT.all(connection, **of):
        # Noted before it is sent, and sent once: events, and the bank's own looks, make up for a lost hint.
        store.webhooks.change(connection, attrs.evolve(hinted.endpoint, hinted_us=hinted.requested_us))
        hint = _hint(hinted.endpoint, now, ids)
    return Work(batch, hint)


def _claimed(connection: Connection, endpoint: EndpointRow, now: datetime, ids: Ids) -> Batch | None:
    """The batch that is due at an endpoint; a new one if none is under way; None if its events are too old now."""
    rows = store.webhooks.EVENTS.all(
        connection,
        of_tenant=endpoint.tenant_id,
        after_us=endpoint.delivered_us,
        until_us=endpoint.batch_until_us or _FOR_EVER_US,
        limit=deliveries.LARGEST_BATCH,
    )
    if not rows:
        assert endpoint.batch_until_us is not None  # a new batch has events
        until_us = endpoint.batch_until_us
        skipped = attrs.evolve(endpoint, delivered_us=until_us, batch_id=None, due_at=None, attempts=0)
        store.webhooks.change(connection, skipped)
        return None
    batch_id, batch_at = endpoint.batch_id or ids.uuid(), endpoint.batch_at or timestamp(now)
    until_us = endpoint.batch_until_us or rows[-1].at_us
    claimed = attrs.evolve(
        endpoint,
        batch_id=batch_id,
        batch_at=batch_at,
        batch_until_us=until_us,
        due_at=timestamp(now),
        claimed_until=timestamp(now + deliveries.LEASE),
        claims=endpoint.claims + 1,
    )
    store.webhooks.change(connection, claimed)
    return Batch(
        tenant_id=endpoint.tenant_id,
        url=endpoint.url,
        id=batch_id,
        at=batch_at,
        rows=rows,
        secrets=secrets_of(endpoint, now),
        until_us=until_us,
        attempts=endpoint.attempts,
        claim=claimed.claims,
    )


def _hint(endpoint: EndpointRow, now: datetime, ids: Ids) -> Message:
    assert endpoint.transactions_url is not None  # this one wants hints
    return Message(url=endpoint.transactions_url, id=ids.uuid(), body={}, secrets=secrets_of(endpoint, now))


def conclude(connection: Connection, *, batch: Batch, reply: Reply, clock: Clock) -> None:
    """Write down what became of an attempt, unless another process has claimed the batch meanwhile."""
    this_claim = {"of_tenant": batch.tenant_id, "of_batch": batch.id, "of_claim": batch.claim}
    endpoint = store.webhooks.CLAIMED.one_or_none(connection, **this_claim)
    if endpoint is not None:
        store.webhooks.change(connection, deliveries.concluded(endpoint, reply, now=clock.now()))

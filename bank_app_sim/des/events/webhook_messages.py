"""What DES sends to a bank: batches of events and hints, signed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import floor
from typing import Any

import attrs

from ...timeline.clock import timestamp
from ..store.events import EventRow
from . import events
from .endpoints import EndpointRow


@attrs.frozen(kw_only=True)
class Message:
    """One request to a bank.

    Attributes:
        id: The same for each repetition of a batch.
        secrets: Each of them signs the message.
    """

    url: str
    id: str
    body: Mapping[str, Any]
    secrets: Sequence[str] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Batch:
    """Events that this process delivers to the bank of a tenant.

    Attributes:
        rows: The events.
        until_us: The moment of its last event.
        attempts: How many have failed so far.
        claim: The number of this process's claim to it.
    """

    tenant_id: str
    url: str
    id: str
    at: str
    rows: Sequence[EventRow] = attrs.field(repr=False)
    secrets: Sequence[str] = attrs.field(repr=False)
    until_us: int
    attempts: int
    claim: int

    def message(self) -> Message:
        body = {
            "batch_id": self.id,
            "timestamp": self.at,
            "count": len(self.rows),
            "events": [events.as_json(row) for row in self.rows],
        }
        return Message(url=self.url, id=self.id, body=body, secrets=self.secrets)


def signed(message: Message, content: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove the sender (https://www.standardwebhooks.com), with one signature for each secret."""
    # Imported here for start-up time.
    from standardwebhooks import Webhook

    signatures = [
        Webhook(secret).sign(msg_id=message.id, timestamp=now, data=content.decode()) for secret in message.secrets
    ]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(floor(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def secrets_of(endpoint: EndpointRow, now: datetime) -> list[str]:
    """The secrets that sign: the present one and, for a while, the one before it."""
    if endpoint.old_secret is None or (endpoint.old_secret_until or "") <= timestamp(now):
        return [endpoint.secret]
    return [endpoint.secret, endpoint.old_secret]

"""Batches of events, signed as DES signs them."""

import base64
import json
from datetime import datetime
from typing import Any

import anyio.lowlevel
from standardwebhooks import Webhook

from impact_sdk import MemoryReplayStore

from ..answers import EVENT
from ..fixed_clock import FixedClock

SECRET = "whsec_" + base64.b64encode(b"the secret of the day, 24 b").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret of yesterday....").decode()
NOW = FixedClock().now()


def batch(*events: dict[str, Any]) -> bytes:
    envelope = {"batch_id": "b1", "timestamp": "2027-01-04T08:00:00Z", "count": len(events), "events": events}
    return json.dumps(envelope).encode()


BODY = batch(EVENT)


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET, id: str = "b1") -> dict[str, str]:
    """The headers that DES sends along."""
    return {
        "Webhook-Id": id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(id, at, body.decode()),
    }


class DistantStore(MemoryReplayStore):
    """One that is asked over a network."""

    async def forget(self, webhook_id: str) -> None:
        await anyio.lowlevel.checkpoint()
        await super().forget(webhook_id)

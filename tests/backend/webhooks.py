"""What DES sends, made by hand, and signed after the standard's text."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import httpx

from bank_app_sim.timeline.clock import timestamp


def secret(letter: str) -> str:
    return "whsec_" + base64.b64encode(letter.encode() * 32).decode()


def event(type: str, data: dict[str, Any], *, id: str, at: datetime) -> dict[str, Any]:
    return {"id": id, "createdAt": timestamp(at), "type": type, "data": data}


def destroyed(customer: str, *, at: datetime, id: str = "e-destroyed") -> dict[str, Any]:
    data = {"type": "User", "id": "u-1", "externalId": customer, "unreadMessagesCount": 0}
    return event("UserDestroyed", data, id=id, at=at)


async def send(
    http: httpx.AsyncClient, *events: dict[str, Any], at: datetime, letter: str = "a", batch_id: str = "b-1"
) -> httpx.Response:
    """Post a batch to the bank."""
    batch = {"batch_id": batch_id, "timestamp": timestamp(at), "count": len(events), "events": list(events)}
    return await post(http, "/webhooks/events", json.dumps(batch).encode(), at=at, letter=letter, webhook_id=batch_id)


async def post(
    http: httpx.AsyncClient, path: str, content: bytes, *, at: datetime, letter: str = "a", webhook_id: str = "b-1"
) -> httpx.Response:
    sent = str(int(at.timestamp()))
    signature = hmac.new(letter.encode() * 32, f"{webhook_id}.{sent}.".encode() + content, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
    return await http.post(path, content=content, headers=headers)

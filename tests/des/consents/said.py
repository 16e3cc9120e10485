"""What the app, the bank and the user say about a consent."""

from typing import Any

import httpx

AT = "2026-12-02T10:00:00.000000Z"


async def asked(user: httpx.AsyncClient, launch: dict[str, Any]) -> dict[str, Any]:
    answer = await ask(user, launch["id"])
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()["transferConsentRequest"]
    return request


async def ask(user: httpx.AsyncClient, launch_id: str) -> httpx.Response:
    return await user.post("/v1/transfer-consents", json={"transferConsent": {"savehackLaunchId": launch_id}})


async def fetch(backend: httpx.AsyncClient, temporary_id: str) -> httpx.Response:
    return await backend.get("/v1/transfer-consents", params={"temporaryId": temporary_id})


async def say(backend: httpx.AsyncClient, consent_id: str, **said: Any) -> httpx.Response:
    return await backend.patch(f"/v1/transfer-consents/{consent_id}", json={"transfer_consent": said})


async def event_types(backend: httpx.AsyncClient) -> list[str]:
    return [event["type"] for event in (await backend.get("/v1/events")).json()["events"]]

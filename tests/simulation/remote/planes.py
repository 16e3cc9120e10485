"""What a test of the control plane says to it over HTTP."""

from typing import Any

import httpx

WORLDS = "/sandbox/worlds"


def made(http: httpx.Client, **settings: Any) -> dict[str, Any]:
    answer = http.post(WORLDS, json=settings)
    assert answer.status_code == 201, answer.text
    world: dict[str, Any] = answer.json()["world"]
    return world


def of(world: dict[str, Any], what: str = "") -> str:
    return f"{WORLDS}/{world['id']}{what}"


def errors(answer: httpx.Response) -> dict[str, list[str]]:
    return {error["field"]: error["errors"] for error in answer.json()["errors"]}


def launched(http: httpx.Client, world: dict[str, Any], **headers: str) -> httpx.Response:
    """Ada signs in and opens Impact Finance."""
    token = http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"}).json()["id_token"]
    headers = {"Accept": "application/json", **headers}
    return http.post(f"{world['des_url']}/users/verify_token", json={"token": token}, headers=headers)

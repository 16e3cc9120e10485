"""Malicious values for every operation of the bank: each is answered."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from bank_app_sim import Simulation

from ..wrong_values import HEADERS, IN_ADDRESSES, IN_HEADERS, VALUES

pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

# What is written over.
PLACE = "the place of the value"

OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/sign-in"): {"customer": "bo"},
    ("POST", "/silent-sign-in"): {},
    ("POST", "/provisioning-orders"): {"request_id": "r-1", "user_id": "u-1", "dream_id": "d-1"},
    ("GET", "/provisioning-orders/{id}"): {},
    ("GET", "/accounts"): {},
    ("GET", "/ledger"): {},
    ("POST", "/ledger/movements"): {
        "account": "current:ada",
        "amount_cents": 1,
        "kind": "outside",
        "reference": "m-1",
    },
    ("GET", "/impact-events"): {},
    ("POST", "/consents"): {"temporary_id": "t-1"},
    ("GET", "/consents/{id}"): {},
    ("PUT", "/consents/{id}/answer"): {"signed": True},
    ("POST", "/webhooks/events"): {},
    ("POST", "/webhooks/transactions"): {},
    ("GET", "/.well-known/jwks.json"): {},
}


@pytest.fixture
async def app() -> AsyncIterator[httpx.AsyncClient]:
    """Ada's, who is signed in."""
    async with Simulation(webhooks=True, transfer_consents=True) as world:
        client = httpx.AsyncClient(transport=world.way("bank_app", "bank_backend"), base_url="http://bank")
        signed_in = await client.post("/sign-in", json={"customer": "ada"})
        client.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
        yield client


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_any_value_in_any_field_is_answered(method: str, path: str, app: httpx.AsyncClient) -> None:
    body = OPERATIONS[method, path]
    for name in [*body, "\0", "colour"]:
        for written in VALUES:
            rest = {other: value for other, value in body.items() if other != name}
            content = orjson.dumps({**rest, name: PLACE}).replace(orjson.dumps(PLACE), written.encode())
            headers = {"Content-Type": "application/json"}
            answer = await app.request(method, path.format(id="1"), content=content, headers=headers)

            assert answer.status_code < 500, (name, written[:80], answer.text)


async def test_any_address_and_any_header_is_answered(app: httpx.AsyncClient) -> None:
    for method, path in OPERATIONS:
        for written in IN_ADDRESSES:
            asked = path.format(id=written) if "{id}" in path else f"{path}?page={written}"
            assert (await app.request(method, asked)).status_code < 500, asked[:100]
    for method, path in (("POST", "/sign-in"), ("GET", "/accounts"), ("POST", "/webhooks/events")):
        for name in HEADERS:
            for value in IN_HEADERS:
                headers = [(name.encode(), value)]
                answer = await app.request(method, path, headers=headers, content=b"{")

                assert answer.status_code < 500, (path, headers)

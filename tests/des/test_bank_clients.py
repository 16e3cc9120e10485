"""The bank's backend gets its access token."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.clock import SimulatedClock
from bank_app_sim.trace import Trace

from .bank import TENANT

GRANT = {"grant_type": "client_credentials", "client_id": TENANT.client_id, "client_secret": TENANT.client_secret}


@pytest.mark.parametrize(
    "request_",
    [
        {"data": GRANT},
        {"json": GRANT},
        {
            "data": {"grant_type": "client_credentials"},
            "auth": (TENANT.client_id, TENANT.client_secret),
        },
    ],
    ids=["form", "JSON", "Basic"],
)
async def test_the_right_secret_gets_a_token_for_a_day(
    request_: dict[str, Any], stranger: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    granted = await stranger.post("/oauth/token", **request_)

    assert granted.status_code == 200
    assert granted.headers["cache-control"] == "no-store"
    token = granted.json()["access_token"]
    assert granted.json() == {"access_token": token, "token_type": "Bearer", "expires_in": 86_400}
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await stranger.get("/v1/users", headers=bearer)).status_code == 200
    await clock.advance(timedelta(hours=24))
    expired = await stranger.get("/v1/users", headers=bearer)
    assert expired.status_code == 401
    assert expired.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "wrong"},
        {"client_secret": ""},
        {"client_id": "other-bank"},
        {"client_id": "other-bank", "client_secret": ""},
    ],
)
async def test_wrong_credentials_get_none(wrong: dict[str, str], stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/oauth/token", data={**GRANT, **wrong})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="DES"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "client_id is unknown, or the secret is wrong",
        "errors": [{"field": "client_id", "errors": ["is unknown, or the secret is wrong"]}],
    }


async def test_garbled_basic_credentials_get_none(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic !"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("grant", "error"), [({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type")]
)
async def test_only_client_credentials_are_granted(
    grant: dict[str, str], error: str, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.post("/oauth/token", data={"client_id": "demo-bank", **grant})

    assert answer.status_code == 400
    assert answer.json()["error"] == error


async def test_neither_secret_nor_token_gets_into_the_trace(stranger: httpx.AsyncClient, trace: Trace) -> None:
    granted = await stranger.post("/oauth/token", data=GRANT)

    everything = json.dumps(trace.as_json())
    assert TENANT.client_secret not in everything
    assert granted.json()["access_token"] not in everything
    assert [(m.sender, m.label) for m in trace] == [("bank_backend", "POST /oauth/token"), ("des", "200 OK")]


def test_the_tenants_secret_is_not_printed() -> None:
    assert TENANT.client_secret not in repr(TENANT)

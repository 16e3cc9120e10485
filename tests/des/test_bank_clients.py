"""The bank's backend gets its access token."""

import base64
import json
import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import attrs
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.des.access.bank_clients import NOT_BASIC, NOT_ENCODED
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, ImpactAPI

from .bank import TENANT

GRANT = {"grant_type": "client_credentials", "client_id": TENANT.client_id, "client_secret": TENANT.client_secret}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


RIGHT = basic(TENANT.client_id, TENANT.client_secret)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GRANT_TYPE = "grant_type=client_credentials"


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


async def test_a_secret_in_the_address_is_refused(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/oauth/token", params=GRANT, data=GRANT)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("second", [RIGHT["Authorization"], "Bearer x"])
async def test_two_proofs_in_the_header_are_refused(second: str, stranger: httpx.AsyncClient) -> None:
    headers = [*RIGHT.items(), ("Authorization", second), *FORM.items()]

    answer = await stranger.post("/oauth/token", content=GRANT_TYPE, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["errors"] == [{"field": "Authorization", "errors": ["is given more than once"]}]


async def test_what_is_wrong_with_all_of_a_body_is_described_without_a_field(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/oauth/token", content=b"grant_type=\xff", headers=FORM)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"] == "the form is not in UTF-8"


@pytest.mark.parametrize("client_id", [TENANT.client_id, "other-bank"])
@pytest.mark.parametrize(
    ("secret", "hint"),
    [("wrong", ""), ("a/b", ""), ("a+b", NOT_ENCODED), ("50%", NOT_ENCODED), ("a%2Bb", NOT_ENCODED)],
)
async def test_a_refusal_says_how_basic_is_written_where_that_may_be_the_reason(
    secret: str, hint: str, client_id: str, stranger: httpx.AsyncClient
) -> None:
    """Of a client that there is as of one that there is not."""
    headers = basic(client_id, secret) | FORM
    answer = await stranger.post("/oauth/token", content=GRANT_TYPE, headers=headers)

    [sentence] = answer.json()["errors"][0]["errors"]
    assert sentence == "is unknown, or the secret is wrong" + (f"; {hint}" if hint else "")


@pytest.mark.parametrize("header", ["Basic !", "Basic", "Bearer x", f"Basic {base64.b64encode(b'bank').decode()}"])
async def test_a_refusal_says_that_a_header_is_no_basic_credentials(header: str, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/oauth/token", content=GRANT_TYPE, headers={"Authorization": header, **FORM})

    assert answer.json()["error_description"] == f"client_id is unknown, or the secret is wrong; {NOT_BASIC}"


async def test_garbled_basic_credentials_get_none(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic !"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "body", "status", "error"),
    [
        # In two places at once (RFC 6749, 2.3 and 5.2).
        (RIGHT, f"{GRANT_TYPE}&client_id=demo-bank&client_secret={TENANT.client_secret}", 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&client_secret=wrong", 400, "invalid_request"),
        ({"Authorization": "Bearer x"}, urlencode(GRANT), 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&client_id=other-bank", 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&client_id=demo-bank", 200, None),
        (RIGHT, f"{GRANT_TYPE}&client_id=&client_secret=", 200, None),  # without values: left out (3.2)
        # Twice (3.2).
        ({}, f"{urlencode(GRANT)}&client_id=demo-bank", 400, "invalid_request"),
        ({}, f"{urlencode(GRANT)}&client_secret=other", 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&{GRANT_TYPE}", 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&scope=a&scope=b", 400, "invalid_request"),
        (RIGHT, f"{GRANT_TYPE}&scope=a&colour=red", 200, None),  # not known: passed over
        ({}, "grant_type=&client_id=demo-bank", 400, "invalid_request"),
        # Wrong.
        ({"Authorization": "Basic"}, GRANT_TYPE, 401, "invalid_client"),
        ({"Authorization": "Bearer x"}, GRANT_TYPE, 401, "invalid_client"),
        ({"Authorization": "Basic /w=="}, GRANT_TYPE, 401, "invalid_client"),
        (basic("demo-bank", "%ff"), GRANT_TYPE, 401, "invalid_client"),
        (basic("demo-bank", "%zz"), GRANT_TYPE, 401, "invalid_client"),
        (basic("demo-bank", "%00"), GRANT_TYPE, 401, "invalid_client"),
        (basic("demo%00bank", "x"), GRANT_TYPE, 401, "invalid_client"),
        ({}, GRANT_TYPE, 401, "invalid_client"),
    ],
)
async def test_credentials_stand_in_one_place_and_a_parameter_once(
    headers: dict[str, str], body: str, status: int, error: str | None, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.post("/oauth/token", content=body, headers={**FORM, **headers})

    assert (answer.status_code, answer.json().get("error")) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        ("my bank:one", "se:cret + more & %41 = 100 % /?#"),
        ("bänk", "größe 安全 🔑 and so on"),
        ("a%20b", "x+y%2Bz and no less than that"),
        ("*-._~", "!\"'()<>@[]{}|^` and so on"),
    ],
)
async def test_any_text_can_be_a_client_id_and_a_secret(
    client_id: str, secret: str, clock: SimulatedClock, trace: Trace
) -> None:
    """The real SDK signs in by Basic, a form and JSON do as well."""
    tenant = attrs.evolve(TENANT, client_id=client_id, client_secret=secret)
    des = DES(database_url="sqlite://", tenants=[tenant], clock=clock, trace=trace, ids=Ids(random.Random(7)))
    in_body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    asgi = httpx.ASGITransport(des.app)
    async with (
        httpx.AsyncClient(transport=asgi, base_url="http://des") as plain,
        ImpactAPI("http://des", auth=ClientCredentials(client_id, secret), transport=asgi) as api,
    ):
        assert [user async for user in api.users.list()] == []
        assert (await plain.post("/oauth/token", data=in_body)).status_code == 200
        assert (await plain.post("/oauth/token", json=in_body)).status_code == 200
    des.close()


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

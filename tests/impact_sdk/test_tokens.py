"""A bank's access token: whatever a token endpoint says of it."""

import base64
import json
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    BadRequest,
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    ServerError,
    Unauthorized,
    UnexpectedResponse,
)

from .answers import DREAM
from .fixed_clock import FixedClock

YEAR = 365 * 24 * 3600


# They are about JSON and headers.
on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


def grants(des: respx.MockRouter, expires_in: Any) -> respx.Route:
    """The token endpoint, and a Dream that is there to be asked for."""
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})
    granted = {"access_token": "t", "token_type": "Bearer", "expires_in": expires_in}
    # Not by respx: it would write no NaN.
    content = json.dumps({name: value for name, value in granted.items() if value is not None})
    return des.post("/oauth/token").respond(200, content=content)


@on_one_loop
@pytest.mark.parametrize("nothing", [None, 0, -5, -1e300, True, "", "soon", "nan", [], {}])
async def test_a_token_of_no_stated_lifetime_is_used_until_it_is_refused(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock, nothing: Any
) -> None:
    tokens = grants(des, nothing)
    await api.dreams.get("d1")
    await clock.sleep(10 * YEAR)

    await api.dreams.get("d1")
    assert tokens.call_count == 1

    des.get("/v1/dreams/d1").side_effect = [httpx.Response(401), httpx.Response(200, json={"dream": DREAM})]
    await api.dreams.get("d1")
    assert tokens.call_count == 2


@on_one_loop
@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3570),
        (3600.0, 3570),
        ("3600", 3570),
        (20, 10),
        (0.5, 0.25),
        (10**15, YEAR - 30),
        (1e300, YEAR - 30),
        (2**70, YEAR - 30),
        ("9" * 5_000, YEAR - 30),
    ],
)
async def test_a_token_is_renewed_before_its_end_however_that_is_written(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock, expires_in: Any, seconds: float
) -> None:
    tokens = grants(des, expires_in)
    await api.dreams.get("d1")

    await clock.sleep(seconds - 0.1)
    await api.dreams.get("d1")
    assert tokens.call_count == 1

    await clock.sleep(0.2)
    await api.dreams.get("d1")
    assert tokens.call_count == 2


@on_one_loop
@pytest.mark.parametrize("token", ["", " ", "Evil ", " Evil", "t\r\nX-Evil: 1", "t\0", "tök€n", "t\x7f", 5, None])
async def test_a_token_that_is_no_header_is_refused_and_not_shown(
    api: ImpactAPI, des: respx.MockRouter, token: Any
) -> None:
    des.post("/oauth/token").respond(200, json={"access_token": token, "expires_in": 3600})

    with pytest.raises(UnexpectedResponse, match=r"access_token|expected a text") as caught:
        await api.dreams.get("d1")

    assert "Evil" not in str(caught.value)


@on_one_loop
@pytest.mark.parametrize("client_id", ["my bank:one", "a%2Fb+c", "Sparbanken Åäö €", "id&=?#"])
@pytest.mark.parametrize("secret", ["s3cret", "a:b c", "100%+&=", "hemlig€t\N{KEY}"])
async def test_whatever_is_in_credentials_arrives(des: respx.MockRouter, client_id: str, secret: str) -> None:
    """RFC 6749, 2.3.1: form-encoded, then Basic."""
    grants(des, 3600)

    async with ImpactAPI("https://des.example/sandbox", auth=ClientCredentials(client_id, secret)) as api:
        await api.dreams.get("d1")

    basic = des.routes[0].calls.last.request.headers["Authorization"].removeprefix("Basic ")
    assert [unquote_plus(part) for part in base64.b64decode(basic).decode().split(":")] == [client_id, secret]


@on_one_loop
@pytest.mark.parametrize(
    ("status", "error", "said", "told"),
    [
        (
            401,
            Unauthorized,
            {"error": "invalid_client", "error_description": "unknown id"},
            "invalid_client, unknown id",
        ),
        (400, BadRequest, {"error": "invalid_scope", "error_uri": "https://a.example"}, "invalid_scope"),
        (400, BadRequest, {"error": "invalid_scope", "error_description": None}, "invalid_scope"),
        (503, ServerError, {"error": "temporarily_unavailable"}, "temporarily_unavailable"),
        (400, BadRequest, {"error": "bad", "errors": [{"field": "a", "errors": ["is b"]}]}, "a is b; bad"),
        (400, BadRequest, {"error": {"code": 5}}, "without a reason; the body has error"),
        (400, BadRequest, {"error": ""}, "without a reason; the body has error"),
        (400, BadRequest, {"error": "bad", "error_description": ["x"]}, "bad, x"),
    ],
)
async def test_why_there_is_no_token_is_told(
    api: ImpactAPI, des: respx.MockRouter, status: int, error: type[APIError], said: Any, told: str
) -> None:
    """RFC 6749, 5.2."""
    des.post("/oauth/token").respond(status, json=said)

    with pytest.raises(error, match=f"POST /oauth/token was refused with {status}.*: {told} \\(no request id\\)"):
        await api.dreams.get("d1", attempts=1)


@on_one_loop
@pytest.mark.parametrize("repeated", ["s3cret&= %", "s3cret%26%3D%20%25", "s3cret%26%3D+%25"])
async def test_why_there_is_no_token_never_tells_the_secret(des: respx.MockRouter, repeated: str) -> None:
    said = {"error": "invalid_client", "error_description": f"demo-bank:{repeated} is unknown"}
    des.post("/oauth/token").respond(401, json=said)

    async with ImpactAPI("https://des.example/sandbox", auth=ClientCredentials("demo-bank", "s3cret&= %")) as api:
        with pytest.raises(Unauthorized, match=r"invalid_client, demo-bank:\[redacted\] is unknown") as caught:
            await api.dreams.get("d1")

    assert "s3cret" not in f"{caught.value!r} {caught.value.errors}"


@pytest.mark.parametrize("nothing", ["", " ", "\n", None, 5, b"secret"])
def test_credentials_that_are_none_are_refused(nothing: Any) -> None:
    for client_id, secret in ((nothing, "secret"), ("demo-bank", nothing)):
        with pytest.raises(ConfigurationError, match=r"client_id|client_secret") as caught:
            ClientCredentials(client_id, secret)
        assert secret != b"secret" or "b'secret'" not in str(caught.value)

"""ImpactAPI against answers written by hand, through respx."""

import base64

import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    ImpactAPI,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedResponse,
)

from .answers import DREAM, EVENT, errors
from .conftest import BASE
from .fixed_clock import FixedClock


async def test_a_path_in_the_base_url_is_kept_and_a_slash_does_not_double(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    assert (await api.dreams.get("d1")).name == "Bike"
    assert str(route.calls.last.request.url) == f"{BASE}/v1/dreams/d1"


async def test_the_token_is_fetched_once_with_the_banks_credentials_and_sent(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    dream = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    await api.dreams.get("d1")
    await api.dreams.get("d1")

    (call,) = des.routes[0].calls
    basic = base64.b64decode(call.request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert basic == "demo-bank:s3cret%26%3D"
    assert call.request.content == b"grant_type=client_credentials"
    assert [call.request.headers["Authorization"] for call in dream.calls] == ["Bearer t-1"] * 2


async def test_the_token_is_renewed_before_it_ends(api: ImpactAPI, des: respx.MockRouter, clock: FixedClock) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})
    await api.dreams.get("d1")

    await clock.sleep(3569)
    await api.dreams.get("d1")
    assert des.routes[0].call_count == 1
    await clock.sleep(2)
    await api.dreams.get("d1")

    assert des.routes[0].call_count == 2


async def test_a_token_that_is_refused_is_fetched_again_once(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1")
    route.side_effect = [httpx.Response(401), httpx.Response(200, json={"dream": DREAM})]

    await api.dreams.get("d1")

    assert (route.call_count, des.routes[0].call_count) == (2, 2)


async def test_a_bank_without_rights_is_unauthorized_and_does_not_ask_for_ever(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    route = des.get("/v1/dreams/d1").respond(401)

    with pytest.raises(Unauthorized):
        await api.dreams.get("d1")
    assert route.call_count == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequest),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, BadRequest),
        (415, BadRequest),
        (418, APIError),
        (422, BadRequest),
        (429, RateLimited),
        (500, ServerError),
        (599, ServerError),
    ],
)
async def test_each_status_has_its_error(
    api: ImpactAPI, des: respx.MockRouter, status: int, error: type[APIError]
) -> None:
    headers = {"X-Request-Id": "r-1"}
    des.post("/v1/dreams").respond(status, json=errors(("dream.targetCents", "can't be negative")), headers=headers)

    with pytest.raises(
        error, match=f"POST /v1/dreams was refused with {status}.*dream.targetCents can't be neg.*r-1"
    ) as caught:
        await api.dreams.create(user_id="u1", name="Bike", target_cents=-1)

    assert type(caught.value) is error
    assert (caught.value.status, caught.value.request_id) == (status, "r-1")
    assert caught.value.errors == (FieldError("dream.targetCents", ("can't be negative",)),)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": 5}', b'{"errors": [{"field": 1}]}'])
async def test_an_error_without_the_documented_body_is_still_an_error(
    api: ImpactAPI, des: respx.MockRouter, body: bytes
) -> None:
    des.get("/v1/dreams/d1").respond(404, content=body)

    with pytest.raises(NotFound, match="without a reason"):
        await api.dreams.get("d1")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"dream": {"id": 5}}'])
async def test_an_answer_that_cannot_be_read_names_the_place(
    api: ImpactAPI, des: respx.MockRouter, body: bytes
) -> None:
    des.get("/v1/dreams/d1").respond(200, content=body)

    with pytest.raises(UnexpectedResponse, match="cannot be read"):
        await api.dreams.get("d1")


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x9b2J", "\r\n", "\0", "\x7f", "\u202e", "\u2028"])
async def test_what_des_says_reaches_a_message_so_that_it_does_nothing(
    api: ImpactAPI, des: respx.MockRouter, sign: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"errors": [{"field": f"dream{sign}", "errors": [f"is {sign} wrong"]}]}
    des.get("/v1/dreams/d1").respond(400, json=said)
    des.get("/v1/dreams/d2").respond(200, json={"dream": {**DREAM, "expiresAt": sign}})
    des.get("/v1/events").side_effect = [httpx.Response(503, json=said), httpx.Response(200, json={"events": [EVENT]})]

    for dream, error in (("d1", BadRequest), ("d2", UnexpectedResponse)):
        with pytest.raises(error) as caught:
            await api.dreams.get(dream)
        assert str(caught.value).isprintable()
        assert all(str(each).isprintable() for each in caught.value.errors)
    with caplog.at_level("WARNING", "impact_sdk"):
        await anext(api.events.follow(attempts=1))
    [record] = [record for record in caplog.records if record.name == "impact_sdk"]
    assert record.getMessage().isprintable()


async def test_a_long_word_of_des_is_cut_in_the_message_and_kept_beside_it(
    api: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/dreams/d1").respond(400, json=errors(("dream.name", "long" * 100_000)))

    with pytest.raises(BadRequest) as caught:
        await api.dreams.get("d1")

    assert len(str(caught.value)) < 2_000
    assert len(caught.value.errors[0].errors[0]) == 400_000


@pytest.mark.parametrize("text", ["[" * 100_000, '{"errors":' * 100_000, '"\\ud800"', "9" * 5_000])
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_json_that_breaks_readers_is_an_error_of_the_sdk(
    api: ImpactAPI, des: respx.MockRouter, status: int, text: str
) -> None:
    des.get("/v1/dreams/d1").respond(status, content=text.encode())
    kind = {200: UnexpectedResponse, 404: NotFound, 500: ServerError}[status]

    with pytest.raises(kind):
        await api.dreams.get("d1", attempts=1)

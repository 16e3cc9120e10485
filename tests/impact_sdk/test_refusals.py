"""An answer that is no good one: the error names the call and what came, and says no more than is known."""

import gzip
import re
from typing import Any

import httpx
import pytest
import respx

from impact_sdk import (
    APIError,
    BadRequest,
    ClientCredentials,
    Forbidden,
    ImpactAPI,
    ImpactSDK,
    NotSent,
    OutcomeUnknown,
    ServerError,
    UnexpectedResponse,
)

from .conftest import BASE

HTML = b"<!doctype html>\n<html>\n  <head><title> Sign in to\n WiFi</title></head><body>" + b"x" * 9_000
PAGE = (
    "the body is text/html with the title 'Sign in to WiFi' and begins with '<!doctype html> <html> <head><title> Sign"
)
OF_HTML = {"Content-Type": "text/html; charset=utf-8"}
OF_PROBLEM = {"Content-Type": "application/problem+json"}
LOOK = "it may have happened: look before you repeat it"


def html(status: int) -> httpx.Response:
    return httpx.Response(status, content=HTML, headers=OF_HTML)


CALLS: dict[str, Any] = {
    "GET": lambda api: api.dreams.get("d1", attempts=1),
    "POST": lambda api: api.dreams.create(user_id="u1", name="Bike", attempts=1),
    "PATCH": lambda api: api.dreams.update("d1", name="Bike", attempts=1),
    "DELETE": lambda api: api.users.delete("u1", attempts=1),
}


async def refused(api: ImpactAPI, des: respx.MockRouter, method: str, answer: httpx.Response) -> APIError:
    """What a call raises that is answered so."""
    des.route(url__regex=".*/v1/.*").mock(return_value=answer)
    with pytest.raises(APIError) as caught:
        await CALLS[method](api)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        # What stands between us and DES.
        (
            html(200),
            UnexpectedResponse,
            f"GET /v1/dreams/d1 was answered with 200, and that cannot be read: no JSON.*{PAGE}",
        ),
        (html(502), ServerError, f"GET /v1/dreams/d1 was refused with 502: without a reason; {PAGE}"),
        (
            httpx.Response(302, headers={"Location": "https://login.example/a?state=x"}),
            UnexpectedResponse,
            r"sent elsewhere with 302, to https://login.example/a, and redirects are not followed",
        ),
        (
            httpx.Response(302, headers={"Location": "http://["}),
            UnexpectedResponse,
            "to an address that cannot be read",
        ),
        (
            httpx.Response(304),
            UnexpectedResponse,
            "answered with 304, which is not an answer to it; the body is empty; see whether",
        ),
        (html(300), UnexpectedResponse, f"answered with 300, which is not an answer to it; {PAGE}"),
        # No body, or none that is known.
        (httpx.Response(200), UnexpectedResponse, "no JSON: .*; the body is empty"),
        (httpx.Response(503), ServerError, "refused with 503: without a reason; the body is empty"),
        (httpx.Response(503, content=b"\xff\xfeh\0i\0"), ServerError, "the body is of no type and begins with 'hi'"),
        (
            httpx.Response(200, content=b'{"dream": {"id": "d'),
            UnexpectedResponse,
            """begins with '{"dream": {"id": "d'""",
        ),
        (
            httpx.Response(200, json={"dream": {"id": 5}}),
            UnexpectedResponse,
            r"@ \$.dream.id.*; the body has dream \(no request id\)",
        ),
        (httpx.Response(200, json=[]), UnexpectedResponse, "dream is missing @ .*; the body is JSON, a list"),
        (httpx.Response(200, json={}), UnexpectedResponse, "dream is missing @ .*; the body is an empty object"),
        (
            httpx.Response(200, json={"errors": ["asleep"]}),
            UnexpectedResponse,
            "dream is missing @ .*; the body says asleep",
        ),
        (
            httpx.Response(503, content=gzip.compress(b"{}")[:9], headers={"Content-Encoding": "gzip"}),
            ServerError,
            "without a reason; the body is packed and breaks off",
        ),
        # Reasons.
        (httpx.Response(403, text="  not\n today "), Forbidden, r"refused with 403: not\\n today \(no request id\)"),
        (
            httpx.Response(403, json={"message": "not today"}),
            Forbidden,
            r"refused with 403: not today \(no request id\)",
        ),
        (
            httpx.Response(400, json={"errors": {"name": ["is b"]}}),
            BadRequest,
            r"refused with 400: name is b \(no request id\)",
        ),
        (
            httpx.Response(403, json={"title": "No credit", "detail": "You have 30"}, headers=OF_PROBLEM),
            Forbidden,
            r"refused with 403: No credit, You have 30 \(no request id\)",
        ),
    ],
)
async def test_the_error_says_what_came(
    api: ImpactAPI, des: respx.MockRouter, answer: httpx.Response, kind: type[APIError], said: str
) -> None:
    error = await refused(api, des, "GET", answer)

    assert type(error) is kind
    assert error.status == answer.status_code
    assert re.search(said, str(error)), error
    assert "happened" not in str(error)
    assert len(str(error)) < 1_000


@pytest.mark.parametrize(
    ("method", "answer", "claim"),
    [
        # Whether it has happened is not known.
        ("POST", html(200), LOOK),
        ("POST", httpx.Response(201, json={"dream": {}}), LOOK),
        ("POST", html(502), LOOK),
        ("POST", httpx.Response(303, headers={"Location": "/"}), LOOK),
        ("POST", httpx.Response(304), LOOK),
        ("PATCH", html(200), "it may have happened, and may be repeated"),
        ("DELETE", httpx.Response(500), "it may have happened, and may be repeated"),
        # It has not.
        ("POST", httpx.Response(307, headers={"Location": "/"}), None),
        ("PATCH", httpx.Response(308, headers={"Location": "/"}), None),
        *(
            (method, httpx.Response(status), None)
            for method in ("POST", "PATCH")
            for status in (400, 404, 408, 409, 418)
        ),
        # Nothing can.
        *(("GET", httpx.Response(status), None) for status in (200, 303, 304, 408, 500, 999)),
    ],
)
async def test_the_error_says_of_that_alone_that_it_may_have_happened_which_may(
    api: ImpactAPI, des: respx.MockRouter, method: str, answer: httpx.Response, claim: str | None
) -> None:
    error = await refused(api, des, method, answer)

    assert (claim or "") in str(error)
    assert ("happened" in str(error)) is (claim is not None)


@pytest.mark.parametrize("answer", [html(200), httpx.Response(500), httpx.Response(409)])
async def test_what_may_have_happened_can_be_repeated_with_its_key(
    api: ImpactAPI, des: respx.MockRouter, answer: httpx.Response
) -> None:
    error = await refused(api, des, "POST", answer)

    assert error.idempotency_key == des.calls.last.request.headers["Idempotency-Key"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b'{"access_token": "n3w-t0ken-of-the-bank'),
        httpx.Response(200, json={"accessToken": "n3w-t0ken-of-the-bank"}),
        httpx.Response(200, json={"access_token": ["n3w-t0ken-of-the-bank"]}),
        httpx.Response(200, text="access_token=n3w-t0ken-of-the-bank"),
    ],
)
async def test_a_token_that_cannot_be_read_is_not_shown(
    api: ImpactAPI, des: respx.MockRouter, answer: httpx.Response
) -> None:
    des.post("/oauth/token").mock(return_value=answer)

    with pytest.raises(UnexpectedResponse, match="POST /oauth/token was answered with 200") as caught:
        await api.dreams.get("d1")

    assert "n3w" not in str(caught.value)
    assert "happened" not in str(caught.value)


async def test_a_page_in_the_place_of_a_token_is_shown(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.post("/oauth/token").mock(return_value=html(200))

    with pytest.raises(UnexpectedResponse, match=PAGE):
        await api.dreams.get("d1")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>t0ken-of-ada</html>", headers=OF_HTML),
        httpx.Response(500, text="t0ken-of-ada"),
        httpx.Response(500, content=b"t0ken-of-ada"),
        httpx.Response(422, json={"detail": "t0ken-of-ada is too old"}),
        httpx.Response(302, headers={"Location": "https://login.example/t0ken-of-ada"}),
        httpx.Response(200, json={"t0ken-of-ada": 1}),
        httpx.Response(200, json={"user": {}}, headers={"X-Request-Id": "t0ken-of-ada"}),
        httpx.Response(500, headers={"Content-Type": "text/t0ken-of-ada"}, content=b"a"),
    ],
)
async def test_whatever_came_a_secret_that_was_sent_is_not_in_the_error(answer: httpx.Response) -> None:
    with respx.mock(base_url=BASE) as des:
        des.post("/users/verify_token").mock(return_value=answer)
        async with ImpactSDK(BASE, client_id="demo-bank") as sdk:
            with pytest.raises(Exception, match=r"POST /users/verify_token was .*\[redacted\]") as caught:
                await sdk.launch("t0ken-of-ada")

    assert "t0ken" not in f"{caught.value} {caught.value!r} {getattr(caught.value, 'errors', ())}"


@pytest.mark.parametrize(
    ("method", "claim"),
    [
        ("GET", "it may be sent again"),
        ("POST", LOOK),
        ("PATCH", "it may have happened, and may be repeated"),
        ("DELETE", "it may have happened, and may be repeated"),
    ],
)
async def test_what_got_no_answer_says_no_more_than_is_known(
    api: ImpactAPI, des: respx.MockRouter, method: str, claim: str
) -> None:
    des.route(url__regex=".*/v1/.*").mock(side_effect=httpx.ReadError("gone"))

    with pytest.raises(OutcomeUnknown, match=rf"{method} /v1/\S+ got no answer from .*gone, after .* s\); {claim}$"):
        await CALLS[method](api)


async def test_a_token_that_got_no_answer_is_nothing_to_look_for(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.post("/oauth/token").mock(side_effect=httpx.ReadError("gone"))

    with pytest.raises(NotSent, match=r"was not sent: there is no access token \(.*; it may be sent again\)$"):
        await api.dreams.create(user_id="u1", name="Bike", attempts=1)


@pytest.mark.parametrize("status", [409, 503, 429])
async def test_any_refusal_says_when_to_ask_again(api: ImpactAPI, des: respx.MockRouter, status: int) -> None:
    error = await refused(api, des, "GET", httpx.Response(status, headers={"Retry-After": "90"}))

    assert error.retry_after == 90


async def test_what_a_server_repeats_of_the_hosts_own_headers_is_not_passed_on(des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(403, json={"message": "k3y-of-the-bank is unknown"})
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")

    async with ImpactAPI(f"{BASE}", auth=credentials, default_headers={"X-Key": "k3y-of-the-bank"}) as api:
        with pytest.raises(Forbidden, match=r"\[redacted\] is unknown"):
            await api.dreams.get("d1")


async def test_an_answer_that_is_wrong_in_many_places_names_some(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams").respond(200, json={"dreams": [{}] * 1_000})

    with pytest.raises(UnexpectedResponse) as caught:
        await anext(aiter(api.dreams.list()))

    assert len(str(caught.value)) < 3_000

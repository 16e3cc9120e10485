"""What every call may be told, and what it can be asked of its answers."""

import base64
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    Forbidden,
    ImpactAPI,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimit,
    RateLimited,
    UnexpectedResponse,
)
from impact_sdk.api.sessions import Sessions
from impact_sdk.auth import CookieAuth, IDToken
from impact_sdk.http.cookies import SessionCookie
from impact_sdk.http.transport import Transport

from .answers import DREAM
from .conftest import BASE


@pytest.mark.parametrize("limit", [2.5, timedelta(seconds=2.5)])
async def test_a_call_has_its_own_timeout(api: ImpactAPI, des: respx.MockRouter, limit: float | timedelta) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

    await api.dreams.get("d1", timeout=limit)
    await api.dreams.get("d1", timeout=60)
    await api.dreams.get("d1")

    sent = [call.request.extensions["timeout"] for call in route.calls]
    assert [(each["connect"], each["read"]) for each in sent] == [(2.5, 2.5), (5, 60), (5, 30)]


async def test_a_listing_takes_the_options_along_to_every_page(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams")
    route.side_effect = [
        httpx.Response(200, json={"dreams": [DREAM], "meta": {"next_url": "more"}}),
        httpx.Response(200, json={"dreams": [DREAM]}),
    ]

    assert len([dream async for dream in api.dreams.list(timeout=2)]) == 2
    assert {call.request.extensions["timeout"]["read"] for call in route.calls} == {2}


async def test_the_access_token_is_fetched_within_the_limits_of_the_call(des: respx.MockRouter) -> None:
    route = des.post("/oauth/token").mock(side_effect=httpx.ReadTimeout("slow"))

    async with ImpactAPI(BASE, auth=ClientCredentials("demo-bank", "secret")) as api:
        with pytest.raises(NotSent, match="there is no access token"):
            await api.dreams.get("d1", timeout=2.5, attempts=1)

    assert [call.request.extensions["timeout"]["read"] for call in route.calls] == [2.5]


async def test_a_call_may_be_tried_once_only(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").mock(side_effect=httpx.ConnectError("refused"))

    with pytest.raises(NotSent):
        await api.dreams.get("d1", attempts=1)

    assert route.call_count == 1


@pytest.mark.parametrize("nonsense", [0, -1, float("nan"), float("inf"), "5", True, timedelta()])
async def test_a_timeout_that_cannot_be_is_refused(api: ImpactAPI, nonsense: Any) -> None:
    with pytest.raises(ConfigurationError, match="give a timedelta or seconds"):
        await api.dreams.get("d1", timeout=nonsense)


async def test_no_attempt_is_none(api: ImpactAPI) -> None:
    with pytest.raises(ConfigurationError, match="attempts is 0; give 1 or more"):
        await api.dreams.get("d1", attempts=0)


async def test_a_misspelled_option_is_a_type_error(api: ImpactAPI) -> None:
    with pytest.raises(TypeError, match=r"api.dreams.get\(\) has no argument 'tiemout'; did you mean timeout\?"):
        await api.dreams.get("d1", tiemout=5)  # type: ignore[call-arg]


async def test_the_replies_are_there_as_they_came(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1")
    headers = {"X-Request-Id": "r-2", "RateLimit": '"a";r=5;t=3'}
    route.side_effect = [httpx.Response(503), httpx.Response(200, json={"dream": DREAM}, headers=headers)]

    with api.replies() as replies:
        dream = await api.dreams.get("d1")

    assert [reply.status for reply in replies] == [503, 200]
    last = replies[-1]
    assert (last.request_id, last.headers["x-request-id"]) == ("r-2", "r-2")
    assert last.json() == {"dream": DREAM}
    assert last.rate_limit == RateLimit(remaining=5, reset_seconds=3)
    assert dream.id == "d1"


async def test_a_reply_that_is_an_error_is_there_too(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(404, content=b"<html>")

    with api.replies() as replies, pytest.raises(NotFound):
        await api.dreams.get("d1")

    assert replies[0].content == b"<html>"
    with pytest.raises(UnexpectedResponse, match="no JSON"):
        replies[0].json()


async def test_the_access_token_is_among_no_replies(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM}, headers={"Set-Cookie": "s3ssion=1"})

    with api.replies() as replies:
        await api.dreams.get("d1")

    assert len(replies) == 1
    assert "Bike" not in repr(replies)
    assert "s3ssion" not in repr(replies)


async def test_each_task_hears_its_own_replies(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get(path__regex="/v1/dreams/.*").respond(200, json={"dream": DREAM})
    heard: dict[str, int] = {}

    async def ask(name: str, times: int) -> None:
        with api.replies() as replies:
            for _ in range(times):
                await api.dreams.get(name)
        heard[name] = len(replies)

    with api.replies() as all_of_them:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "a", 1)
            tasks.start_soon(ask, "b", 2)

    assert heard == {"a": 1, "b": 2}
    assert len(all_of_them) == 3


async def test_an_error_tells_of_the_rate_limit(api: ImpactAPI, des: respx.MockRouter) -> None:
    headers = {"RateLimit-Policy": '"burst";q=100;w=60', "RateLimit": '"burst";r=0;t=42', "Retry-After": "120"}
    des.get("/v1/dreams/d1").respond(429, headers=headers)

    with pytest.raises(RateLimited) as caught:
        await api.dreams.get("d1")

    assert caught.value.rate_limit == RateLimit(limit=100, remaining=0, reset_seconds=42)


async def test_an_error_without_a_rate_limit_has_none(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(404)

    with pytest.raises(NotFound) as caught:
        await api.dreams.get("d1")

    assert caught.value.rate_limit is None


async def test_a_redirect_is_not_followed_and_not_taken_for_an_answer(api: ImpactAPI, des: respx.MockRouter) -> None:
    """It would go out with the bank's credentials, to wherever it says."""
    route = des.patch("/v1/users/u1").respond(307, headers={"Location": "https://elsewhere.example"})

    with pytest.raises(UnexpectedResponse, match=r"sent elsewhere with 307.*give the address of DES itself"):
        await api.users.update("u1", given_name="Ada")

    assert route.call_count == 1


async def test_a_secret_that_des_repeats_is_not_passed_on(api: ImpactAPI, des: respx.MockRouter) -> None:
    said = {"errors": [{"field": "session.idToken", "errors": ["n3w-t0ken has expired"]}]}
    des.patch("/v1/session").respond(422, json=said)

    with pytest.raises(Exception, match="redacted") as caught:
        await Sessions(api._transport).renew(IDToken("n3w-t0ken"))

    assert "n3w-t0ken" not in f"{caught.value!r} {caught.value} {getattr(caught.value, 'errors', ())}"


@pytest.mark.parametrize(
    ("method", "path", "secret"),
    [
        ("GET", "/v1/dreams/d1", "acc3ss-t0ken"),
        ("POST", "/oauth/token", "cl1ent-s3cret"),
        ("POST", "/oauth/token", base64.b64encode(b"demo-bank:cl1ent-s3cret").decode()),
        ("GET", "/v1/session", "sess10n=c00kie"),
    ],
)
async def test_no_proof_that_des_repeats_is_passed_on(
    des: respx.MockRouter, method: str, path: str, secret: str
) -> None:
    """In whatever place: a field, a sentence, the request's id."""
    said = f"{secret} has ended"
    answer = {"errors": [{"field": said, "errors": [said]}]}
    des.post("/oauth/token").respond(200, json={"access_token": "acc3ss-t0ken"})
    des.request(method, path).respond(403, json=answer, headers={"X-Request-Id": said})
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")

    async with ImpactAPI("https://des.example/sandbox", auth=credentials) as api:
        cookie = CookieAuth(SessionCookie({"route": "a", "impact_session": "sess10n=c00kie"}))
        session = Sessions(Transport(http=api._http, auth=cookie))
        with pytest.raises(Forbidden, match=r"\[redacted\] has ended") as caught:
            await (session.get() if path == "/v1/session" else api.dreams.get("d1"))

    error = caught.value
    assert secret not in f"{error!r} {error} {error.errors} {error.request_id}"


async def test_a_refusal_says_no_more_than_can_be_read(api: ImpactAPI, des: respx.MockRouter) -> None:
    said = [{"field": "name", "errors": "is too short"}] * 5_000
    des.get("/v1/dreams/d1").respond(403, json={"errors": said}, headers={"X-Request-Id": "r" * 50_000})

    with pytest.raises(Forbidden, match=r"name is too short; name is too short.* and 4980 more") as caught:
        await api.dreams.get("d1")

    assert len(str(caught.value)) < 1_000
    assert len(caught.value.errors) == 5_000


async def test_a_consent_is_fetched_once_as_its_id_is_used_up(api: ImpactAPI, des: respx.MockRouter) -> None:
    """Asked again it would answer 404, and hide what had happened."""
    route = des.get("/v1/transfer-consents")
    route.side_effect = [httpx.ReadError("reset"), httpx.Response(404)]

    with pytest.raises(OutcomeUnknown) as caught:
        await api.transfer_consents.get("x1")

    assert route.call_count == 1
    assert "request the consent again" in caught.value.__notes__[0]


async def test_an_iterator_may_be_left_half_way(api: ImpactAPI, des: respx.MockRouter) -> None:
    """A generator would be warned about under trio, and warnings are errors here."""
    route = des.get("/v1/dreams").respond(200, json={"dreams": [DREAM, DREAM], "meta": {"next_url": "more"}})

    async for dream in api.dreams.list():
        assert dream.id == "d1"
        break

    assert route.call_count == 1


async def test_an_iterator_goes_on_after_an_error(api: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams")
    route.side_effect = [
        httpx.Response(200, json={"dreams": [DREAM], "meta": {"next_url": "more"}}),
        httpx.Response(403),
        httpx.Response(200, json={"dreams": [DREAM]}),
    ]
    dreams = api.dreams.list()
    await anext(dreams)

    with pytest.raises(Exception, match="403"):
        await anext(dreams)
    await anext(dreams)

    assert [call.request.url.params["page"] for call in route.calls] == ["1", "2", "2"]
    with pytest.raises(StopAsyncIteration):
        await anext(dreams)

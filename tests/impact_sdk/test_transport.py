"""A transport of the host's own: what it is given, and what is made of what it gives back."""

import gzip
from collections.abc import AsyncIterator, Callable

import anyio
import anyio.lowlevel
import attrs
import httpx
import orjson
import pytest

from impact_sdk import APIError, ClientCredentials, Dream, ImpactAPI, OutcomeUnknown, UnexpectedResponse
from impact_sdk.http.identity import user_agent

from .answers import DREAM

Handler = Callable[[httpx.Request], httpx.Response]


async def dream_by(handler: Handler, timeout: float = 30) -> Dream:  # noqa: ASYNC109  # the SDK's own
    """A Dream, fetched through a transport that calls a function."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        return handler(request)

    credentials = ClientCredentials("demo-bank", "secret")
    async with ImpactAPI("http://des/api", auth=credentials, transport=httpx.MockTransport(answer)) as api:
        return await api.dreams.get("d1", attempts=1, timeout=timeout)


@attrs.define
class Body(httpx.AsyncByteStream):
    """Comes in pieces; may break off."""

    pieces: list[bytes]
    breaks_off: bool = False
    is_closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.breaks_off:
            raise httpx.ReadError("the other side has gone")

    async def aclose(self) -> None:
        self.is_closed = True


async def test_it_is_given_what_httpx_would_have_sent() -> None:
    given: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        given.append(request)
        return httpx.Response(200, json={"dream": DREAM})

    await dream_by(answer)

    headers = {
        "Accept": "application/json",
        "User-Agent": user_agent(carrier=f"httpx/{httpx.__version__}"),
        "Authorization": "Bearer t",
    }
    async with httpx.AsyncClient() as client:
        wanted = client.build_request("GET", "http://des/api/v1/dreams/d1", headers=headers, timeout=30)
    [request] = given
    assert (request.method, request.url) == (wanted.method, wanted.url)
    # That connections are kept is a matter of course since HTTP/1.1, and HTTP/2 forbids to say it.
    assert {**request.headers, "connection": "keep-alive"} == dict(wanted.headers)
    assert request.extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}


async def test_a_body_is_sent_as_httpx_would_have_sent_it() -> None:
    given: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        given.append(request)
        return httpx.Response(200, json={"access_token": "t", "expires_in": 3600, "dream": DREAM})

    credentials = ClientCredentials("demo-bank", "secret")
    async with ImpactAPI("http://des:8700/api", auth=credentials, transport=httpx.MockTransport(answer)) as api:
        await api.dreams.update("d1", name="Börse")

    for request in given:  # a form, and JSON
        body = request.read()
        wanted = httpx.Request(request.method, request.url, content=body)
        assert len(body) > 0
        assert request.headers["Content-Length"] == wanted.headers["Content-Length"]
        assert request.headers["Host"] == wanted.headers["Host"] == "des:8700"


async def test_an_answer_in_pieces_and_compressed_is_read_to_its_end_and_closed() -> None:
    content = gzip.compress(orjson.dumps({"dream": DREAM}))
    body = Body([content[:20], content[20:]])

    dream = await dream_by(lambda _request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body))

    assert dream.name == "Bike"
    assert body.is_closed


async def test_an_answer_that_breaks_off_is_closed_and_may_have_happened() -> None:
    body = Body([b'{"dream"'], breaks_off=True)

    with pytest.raises(OutcomeUnknown, match="the other side has gone"):
        await dream_by(lambda _request: httpx.Response(200, stream=body))

    assert body.is_closed


@attrs.define
class Endless(httpx.AsyncByteStream):
    """Never comes to its end."""

    is_closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await anyio.lowlevel.checkpoint()
            yield b""

    async def aclose(self) -> None:
        self.is_closed = True


async def test_a_transport_whose_answer_never_ends_has_the_calls_time() -> None:
    body = Endless()

    with anyio.fail_after(5), pytest.raises(OutcomeUnknown, match=r"not complete after 0\.1 s"):
        await dream_by(lambda _request: httpx.Response(200, stream=body), timeout=0.05)

    assert body.is_closed


@pytest.mark.parametrize("status", [-1, 0, 99, 101, 199, 300, 304, 399])
async def test_a_status_that_is_no_answer_is_not_taken_for_a_good_one(status: int) -> None:
    """Not by a call either that reads nothing of the answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path.endswith("/oauth/token")
        return httpx.Response(200, json={"access_token": "t"}) if is_token else httpx.Response(status)

    credentials = ClientCredentials("demo-bank", "secret")
    async with ImpactAPI("http://des/api", auth=credentials, transport=httpx.MockTransport(answer)) as api:
        with pytest.raises(UnexpectedResponse, match=f"was answered with {status}, which is not an answer to it"):
            await api.users.delete("u1")


async def test_an_answer_that_points_elsewhere_is_not_followed() -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(307, headers={"Location": "http://elsewhere/"})

    with pytest.raises(APIError, match="307"):
        await dream_by(elsewhere)

    assert asked == ["/api/v1/dreams/d1"]

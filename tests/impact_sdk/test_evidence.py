"""What is said of a request without an answer, where the types of errors mislead: by what was seen on the way."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import httpx
import httpx2
import pytest
import respx

from impact_sdk import NotSent, OutcomeUnknown, TransportError

from .evidence_of import failure
from .fault_server import Arrived, closes_after, serving
from .test_fault_matrix import refused

Handler = Callable[[Any], Awaitable[Any]]


@attrs.frozen
class Sends:
    """A transport of a host's, made of one function."""

    handler: Handler

    async def handle_async_request(self, request: Any) -> Any:
        return await self.handler(request)

    async def aclose(self) -> None:
        return None


class MockTransport(Sends):
    """Of the name of one of httpx's, and nothing else."""


class NoTrace(httpx.AsyncHTTPTransport):
    """Makes requests of its own, as one that signs them does, and loses the extensions: tries here, then there."""

    def __init__(self, *urls: str) -> None:
        super().__init__()
        self.urls = urls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for url in self.urls:
            try:
                return await super().handle_async_request(httpx.Request("POST", url, content=b"{}"))
            except httpx.TransportError as error:
                last = error
        raise last


async def unseen(url: str) -> None:
    """Send it so that nobody sees it, and get no answer."""
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncHTTPTransport() as other:
            await other.handle_async_request(httpx.Request("POST", url, content=b"{}"))


async def cannot_connect(request: httpx.Request) -> None:
    """Try where nobody listens, and tell of it."""
    async with httpx.AsyncHTTPTransport() as first:
        await first.handle_async_request(httpx.Request("POST", refused(0), extensions=request.extensions))


def after_a_refused_one(url: str) -> Sends:
    async def send(request: httpx.Request) -> None:
        try:
            await cannot_connect(request)
        except httpx.ConnectError:
            await unseen(url)
            raise httpx.ConnectError("an adapter's type for all that fails")  # noqa: B904  # as adapters do

    return Sends(send)


def then_a_refused_one_without_it(url: str) -> Sends:
    async def send(request: httpx.Request) -> None:
        with pytest.raises(httpx.ConnectError):
            await cannot_connect(request)
        await unseen(url)
        raise httpx.ReadError("gone")

    return Sends(send)


def traces(event: str, info: Any) -> Callable[[str], Sends]:
    def made(url: str) -> Sends:
        async def send(request: httpx.Request) -> None:
            await request.extensions["trace"](event, info)
            await unseen(url)
            raise httpx.ConnectError("refused")

        return Sends(send)

    return made


def mock(url: str) -> MockTransport:
    async def send(_request: Any) -> None:
        await unseen(url)
        raise httpx.ConnectError("refused")

    return MockTransport(send)


MISLEADING: dict[str, Callable[[str], Any]] = {
    "sent unseen after a refused one": after_a_refused_one,
    "sent unseen after a refused one, another error": then_a_refused_one_without_it,
    "a class below httpx's that sends its own requests": lambda url: NoTrace(url, refused(0)),
    "a class of the name of one of httpx's": mock,
    "a trace without a request": traces("http11.send_request_headers.started", {}),
    "a trace with nothing": traces("http11.send_request_headers.started", None),
    "a trace of a failed connection without its error": traces("connection.connect_tcp.failed", {}),
    "a trace of a failed connection with another error": traces(
        "connection.connect_tcp.failed", {"exception": OSError()}
    ),
    "a trace of what we do not know": traces("\0", 5),
}


@pytest.mark.parametrize("transport", MISLEADING.values(), ids=list(MISLEADING))
async def test_what_was_sent_unseen_is_never_said_not_to_be(transport: Callable[[str], Any]) -> None:
    arrived = Arrived()
    async with serving(closes_after, arrived) as port:
        url = f"http://127.0.0.1:{port}"
        error = await failure(url, transport=transport(url))

    assert arrived.requests == 1
    assert isinstance(error, OutcomeUnknown)


class Below(httpx.AsyncHTTPTransport):
    """It changes nothing."""


async def wraps(request: Any) -> Any:
    async with httpx.AsyncHTTPTransport() as within:
        return await within.handle_async_request(request)


@pytest.mark.parametrize(
    "transport",
    [
        httpx.AsyncHTTPTransport,
        httpx2.AsyncHTTPTransport,
        Below,
        lambda: Sends(wraps),
    ],
    ids=["httpx", "httpx2", "a class below", "around it"],
)
async def test_a_transport_that_tells_of_a_refused_connection_is_believed(transport: Callable[[], Any]) -> None:
    error = await failure(refused(0), transport=transport())

    assert isinstance(error, NotSent)


BY_TYPE = {
    httpx.ConnectError: NotSent,
    httpx.ConnectTimeout: NotSent,
    httpx.PoolTimeout: NotSent,
    httpx.ProxyError: NotSent,
    httpx.ReadTimeout: OutcomeUnknown,
    httpx.WriteError: OutcomeUnknown,
    httpx.RemoteProtocolError: OutcomeUnknown,
    OSError: OutcomeUnknown,
}


@pytest.mark.parametrize(("kind", "said"), BY_TYPE.items())
@pytest.mark.parametrize("carrying", [dict, lambda: {"transport": httpx.AsyncHTTPTransport()}], ids=["pool", "httpx"])
async def test_what_a_tool_of_tests_raises_is_taken_at_its_word(
    carrying: Callable[[], dict[str, Any]], kind: type[Exception], said: type[TransportError]
) -> None:
    """In place of a connection it has a word only: nothing was sent, whatever it says."""
    with respx.mock(base_url="https://des.example") as router:
        router.post("/v1/dreams").mock(side_effect=kind("as a test wants it"))
        error = await failure("https://des.example", **carrying())

    assert type(error) is said

"""A connection that is used again: each call gets its own answer, and none is sent on one that the server has left."""

import ssl
from collections.abc import Callable
from typing import Any

import anyio
import attrs
import pytest

from impact_sdk import OutcomeUnknown
from impact_sdk.http.clients import of
from impact_sdk.http.exchange import HTTP

from .fault_server import AUTHORITY, HTTP2, Arrived, Peer, serving

FIRST = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
NOT_ASKED_FOR = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnot you"
RIGHT = b'{"dream": {}}'
WAITS_SECONDS = 5


def trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@attrs.frozen
class Carrying:
    """One way to carry requests."""

    options: dict[str, Any] = attrs.field(factory=dict)
    tls: bool = False
    http2: bool = False

    def http(self, port: int) -> HTTP:
        scheme = "https" if self.tls else "http"
        trust: dict[str, Any] = {"verify": trusted()} if self.tls else {}
        return of(f"{scheme}://127.0.0.1:{port}", **trust, **self.options)


HTTP11 = {
    "pool": Carrying(),
    "pool-tls": Carrying(tls=True),
    "pool-tls-http2-wanted": Carrying({"http2": True}, tls=True),
    "httpx2": Carrying({"transport": "httpx2"}),
    "httpx2-tls": Carrying({"transport": "httpx2"}, tls=True),
    "aiohttp": Carrying({"transport": "aiohttp"}),
    "aiohttp-tls": Carrying({"transport": "aiohttp"}, tls=True),
}
HTTP2S = {
    "http2": Carrying({"http2": True}, tls=True, http2=True),
    "httpx2-http2": Carrying({"http2": True, "transport": "httpx2"}, tls=True, http2=True),
}


# While one works; the others have the same code below.
BY_DAY = ("pool", "aiohttp", "http2")


def by(carriers: dict[str, Carrying]) -> pytest.MarkDecorator:
    each = [
        pytest.param(loop, carrying, id=f"{name}-{loop}", marks=() if name in BY_DAY else pytest.mark.thorough)
        for name, carrying in carriers.items()
        for loop in ("asyncio", "trio")
        if loop == "asyncio" or carrying.options.get("transport") != "aiohttp"
    ]
    return pytest.mark.parametrize(("anyio_backend", "carrying"), each)


@attrs.frozen
class Surplus:
    """An answer, and what comes after its end."""

    answer: bytes
    more: bytes
    method: str = "GET"


SURPLUS = {
    "a second answer": Surplus(FIRST, NOT_ASKED_FOR),
    "a longer body than was said": Surplus(FIRST, b", and more"),
    "a body to HEAD": Surplus(FIRST.removesuffix(b"first"), NOT_ASKED_FOR, "HEAD"),
    "an answer after 204": Surplus(b"HTTP/1.1 204 No Content\r\n\r\n", NOT_ASKED_FOR),
    "a body of 204": Surplus(b"HTTP/1.1 204 No Content\r\nContent-Length: 45\r\n\r\n", NOT_ASKED_FOR),
    "more after the last chunk": Surplus(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n", NOT_ASKED_FOR
    ),
    "100 too late": Surplus(FIRST, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "an empty line": Surplus(FIRST, b"\r\n"),
}


async def asked(http: HTTP, method: str) -> bytes:
    content = b"{}" if method == "POST" else None
    return (await http.send(method, http.address("/v1/dreams"), {}, content)).content


ONCE_EACH = {name: HTTP11[name] for name in ("pool", "pool-tls", "httpx2-tls", "aiohttp", "aiohttp-tls")}


# With TLS a piece of its own is a record of its own: it may lie unread above the socket, and below HTTP.
@by(ONCE_EACH)
@pytest.mark.parametrize("time", ["at once", "in a piece of its own", "later"])
@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=list(SURPLUS))
async def test_what_nobody_has_asked_for_is_nobodys_answer(surplus: Surplus, time: str, carrying: Carrying) -> None:
    arrived = Arrived()
    is_answered, has_sent = anyio.Event(), anyio.Event()

    async def answers_too_much(peer: Peer) -> None:
        if arrived.connections == 1:
            await peer.request()
            if time == "at once":
                await peer.stream.send(surplus.answer + surplus.more)
            else:
                await peer.stream.send(surplus.answer)
                if time == "later":
                    await is_answered.wait()
                await peer.stream.send(surplus.more)
            has_sent.set()
        while True:
            await peer.request()
            await peer.answer()

    async with serving(answers_too_much, arrived, tls=carrying.tls) as port:
        http = carrying.http(port)
        try:
            await asked(http, surplus.method)
        except OutcomeUnknown:  # one that says so at once is right, too
            assert "aiohttp" in str(carrying.options)
        is_answered.set()
        with anyio.fail_after(WAITS_SECONDS):
            await has_sent.wait()
            assert [await asked(http, method) for method in ("POST", "POST", "GET")] == [RIGHT] * 3
        await http.aclose()

    assert arrived.requests == 4


async def answers_all(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.answer()


@by({**HTTP11, **HTTP2S})
async def test_calls_in_turn_are_sent_on_one_connection(carrying: Carrying) -> None:
    """What looks at a connection before its next use reads what others keep private: if that goes, so does reuse."""
    arrived = Arrived()

    async with serving(answers_all, arrived, tls=carrying.tls, http2=carrying.http2) as port:
        http = carrying.http(port)
        for method in ("GET", "POST") * 10:
            assert await asked(http, method) == RIGHT
        await http.aclose()

    assert (arrived.requests, arrived.connections) == (20, 1)


@by(HTTP11)
async def test_calls_at_once_use_the_connections_of_those_before(carrying: Carrying) -> None:
    arrived = Arrived()

    async with serving(answers_all, arrived, tls=carrying.tls) as port:
        http = carrying.http(port)
        for _ in range(2):
            async with anyio.create_task_group() as tasks:
                for _ in range(50):
                    tasks.start_soon(asked, http, "POST")
        await http.aclose()

    assert arrived.requests == 100
    assert arrived.connections <= 50


async def says_goodbye(peer: Peer) -> None:
    if isinstance(peer, HTTP2):
        peer.http.close_connection()
        await peer.stream.send(peer.http.data_to_send())


async def closes(peer: Peer) -> None:
    await peer.stream.aclose()


async def says_goodbye_and_closes(peer: Peer) -> None:
    await says_goodbye(peer)
    await closes(peer)


async def resets(peer: Peer) -> None:
    await peer.reset()


ENDS: dict[str, Callable[[Peer], Any]] = {
    "says goodbye": says_goodbye,
    "closes": closes,
    "says goodbye and closes": says_goodbye_and_closes,
    "resets": resets,
}


@by({**HTTP11, **HTTP2S})
@pytest.mark.parametrize("end", ENDS.values(), ids=list(ENDS))
@pytest.mark.parametrize("others", [0, 3])
async def test_no_call_is_sent_on_a_connection_that_the_server_has_left(
    others: int, end: Callable[[Peer], Any], carrying: Carrying
) -> None:
    arrived = Arrived()
    is_answered, has_ended = anyio.Event(), anyio.Event()

    async def leaves(peer: Peer) -> None:
        if arrived.connections == 1:
            await peer.request()
            await peer.answer()
            await is_answered.wait()
            await end(peer)
            has_ended.set()
            if isinstance(peer, HTTP2):  # of HTTP/1.1 there is no goodbye: that connection is as good as before
                await anyio.sleep_forever()
        while True:
            await peer.request()
            await peer.answer()

    async with serving(leaves, arrived, tls=carrying.tls, http2=carrying.http2) as port:
        http = carrying.http(port)
        assert await asked(http, "GET") == RIGHT
        is_answered.set()
        with anyio.fail_after(WAITS_SECONDS):
            await has_ended.wait()
            async with anyio.create_task_group() as tasks:
                for _ in range(others):
                    tasks.start_soon(asked, http, "POST")
                assert await asked(http, "POST") == RIGHT
        await http.aclose()

    assert arrived.requests == 2 + others

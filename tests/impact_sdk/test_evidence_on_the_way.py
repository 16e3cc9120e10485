"""What proxies, name servers, TLS and HTTP/2 held back was not sent."""

import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from h2.settings import SettingCodes

from impact_sdk import NotSent
from impact_sdk.http.carriers.time_limits import Limits
from impact_sdk.http.clients import of

from .evidence_of import failure
from .fault_server import HTTP2, Arrived, Peer, closes_after, serving
from .test_fault_matrix import trusted


async def never(peer: Peer) -> None:
    await anyio.sleep_forever()


async def takes_and_never_answers(peer: Peer) -> None:
    await peer.request()
    await anyio.sleep_forever()


async def half_a_head_and_no_more(peer: Peer) -> None:
    await peer.request()
    await peer.half_a_head()
    await anyio.sleep_forever()


async def garbage(peer: Peer) -> None:
    await peer.request()
    await peer.garbage()


async def informs_for_ever(peer: Peer) -> None:
    await peer.request()
    while True:
        await peer.informational(103)


async def refuses(peer: Peer) -> None:
    await peer.request()
    await peer.stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")


async def lets_through_and_closes(peer: Peer) -> None:
    await peer.request()
    await peer.stream.send(b"HTTP/1.1 200 OK\r\n\r\n")


PROXIES = {
    "never takes it": never,
    "never answers": takes_and_never_answers,
    "closes": closes_after,
    "half a head": half_a_head_and_no_more,
    "garbage": garbage,
    "1xx for ever": informs_for_ever,
    "refuses": refuses,
    "lets through and closes": lets_through_and_closes,
}
CARRIERS: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "pool": (dict, "asyncio trio"),
    "pool-http2": (lambda: {"http2": True}, "asyncio trio"),
    "httpx2": (lambda: {"transport": "httpx2"}, "asyncio trio"),
    "aiohttp": (lambda: {"transport": "aiohttp"}, "asyncio"),
}
by_each_carrier = pytest.mark.parametrize(
    ("anyio_backend", "options"),
    [
        pytest.param(loop, options, id=f"{name}-{loop}")
        for name, (options, loops) in CARRIERS.items()
        for loop in loops.split()
    ],
)


@by_each_carrier
@pytest.mark.parametrize("deadline", [None, 0.1])
@pytest.mark.parametrize("proxy", PROXIES.values(), ids=list(PROXIES))
async def test_what_a_proxy_did_not_let_through_was_not_sent(
    proxy: Callable[[Peer], Awaitable[None]], deadline: float | None, options: Callable[[], dict[str, Any]]
) -> None:
    async with serving(proxy, Arrived()) as port:
        limits = Limits(0.1) if deadline is None else Limits(5, deadline)
        error = await failure("https://des.example", limits, proxy=f"http://127.0.0.1:{port}", **options())

    assert isinstance(error, NotSent)


@by_each_carrier
@pytest.mark.parametrize("limits", [Limits(0.05), Limits(5, 0.05), Limits(5, 0.0)], ids=["timeout", "deadline", "over"])
async def test_what_waited_for_a_name_was_not_sent(
    limits: Limits, options: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def hangs(*_name: object, **_given: object) -> None:
        over.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    try:
        error = await failure("http://des.example", limits, **options())
    finally:
        over.set()

    assert isinstance(error, NotSent)


@by_each_carrier
@pytest.mark.parametrize("limits", [Limits(0.1), Limits(5, 0.1)], ids=["timeout", "deadline"])
async def test_what_waited_for_tls_was_not_sent(limits: Limits, options: Callable[[], dict[str, Any]]) -> None:
    async with serving(never, Arrived()) as port:
        error = await failure(f"https://127.0.0.1:{port}", limits, **options())

    assert isinstance(error, NotSent)


async def allows_no_more(peer: Peer) -> None:
    assert isinstance(peer, HTTP2)
    await peer.request()
    peer.http.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 0})
    await peer.answer()
    while True:
        await peer.request()


@pytest.mark.parametrize("options", [{}, {"transport": "httpx2"}], ids=["pool", "httpx2"])
async def test_what_http2_held_back_was_not_sent(options: dict[str, Any]) -> None:
    arrived = Arrived()
    async with serving(allows_no_more, arrived, http2=True, tls=True) as port:
        http = of(f"https://127.0.0.1:{port}", http2=True, verify=trusted(), **options)
        await http.send("GET", http.address("/v1/dreams"), {}, None)
        with pytest.raises(NotSent, match="Max outbound streams is 0"):
            await http.send("POST", http.address("/v1/dreams"), {}, b"{}", Limits(5))
        await http.aclose()

    assert arrived.requests == 1

"""Each way to carry a request, each thing that can go wrong on it, each kind of call: what arrived, and what was said.

Nothing that is said may be false: `NotSent` means that nothing arrived; a POST whose key nobody honours arrives once at
most; after `OutcomeUnknown` of a GET there is nothing to look for.
"""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import httpx2
import httpx_aiohttp
import pytest

from impact_sdk import NotSent, OutcomeUnknown, TransportError
from impact_sdk.auth import NoAuth
from impact_sdk.http.clients import of
from impact_sdk.http.transport import Transport

from .fault_server import AUTHORITY, FAULTS, Arrived, closes_after, serving
from .fixed_clock import FixedClock

ATTEMPTS = 2


def trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@attrs.frozen
class Carrying:
    """One way to carry requests.

    Attributes:
        tells: Whether it is known what was sent, and sent once.
    """

    options: Callable[[], dict[str, Any]]
    http2: bool = False
    tells: bool = True
    asyncio_only: bool = False


CARRIERS = {
    "our pool": Carrying(lambda: {}),
    "our pool, HTTP/2": Carrying(lambda: {"http2": True, "verify": trusted()}, http2=True),
    "httpx2's httpcore2": Carrying(lambda: {"transport": "httpx2"}),
    "httpx2's httpcore2, HTTP/2": Carrying(
        lambda: {"transport": "httpx2", "http2": True, "verify": trusted()}, http2=True
    ),
    "aiohttp": Carrying(lambda: {"transport": "aiohttp"}, asyncio_only=True),
    "httpx's transport": Carrying(lambda: {"transport": httpx.AsyncHTTPTransport()}),
    "httpx2's transport": Carrying(lambda: {"transport": httpx2.AsyncHTTPTransport()}),
    "somebody's adapter": Carrying(
        lambda: {"transport": httpx_aiohttp.AiohttpTransport()}, tells=False, asyncio_only=True
    ),
}


@attrs.frozen
class Call:
    method: str
    honoured: bool = False

    @property
    def is_repeatable(self) -> bool:
        return self.method == "GET" or self.honoured


CALLS = {"GET": Call("GET"), "POST": Call("POST"), "POST, its key honoured": Call("POST", honoured=True)}


# While one works, those are tried that hosts have; the others are the same code below, or somebody else's.
BY_DAY = ("our pool", "aiohttp", "httpx's transport")
EACH = [
    pytest.param(loop, carrying, id=f"{name}-{loop}", marks=() if name in BY_DAY else pytest.mark.thorough)
    for name, carrying in CARRIERS.items()
    for loop in ("asyncio", "trio")
    if loop == "asyncio" or not carrying.asyncio_only
]
by_each_carrier = pytest.mark.parametrize(("anyio_backend", "carrying"), EACH)


async def said(url: str, call: Call, options: dict[str, Any], seconds: float = 5) -> TransportError | None:
    http = of(url, clock=FixedClock(), **options)
    http.honours_keys = call.honoured
    transport = Transport(http=http, auth=NoAuth())
    body = {"dream": {"name": "Bike"}} if call.method == "POST" else None
    try:
        await transport.request(call.method, "/v1/dreams", body=body, timeout=seconds, attempts=ATTEMPTS)
    except TransportError as error:
        return error
    finally:
        await http.aclose()
    return None


@by_each_carrier
@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize("fault", list(FAULTS))
async def test_what_is_said_of_a_request_is_true(fault: str, call: Call, carrying: Carrying) -> None:
    arrived = Arrived()
    is_endless = fault in ("1xx for ever", "slow", "an invalid frame")

    async with serving(FAULTS[fault], arrived, http2=carrying.http2, tls=carrying.http2) as port:
        url = f"{'https' if carrying.http2 else 'http'}://127.0.0.1:{port}"
        error = await said(url, call, carrying.options(), seconds=0.1 if is_endless else 5)

    if fault == "100 and 103 first":
        assert error is None
        assert arrived.requests == 1
        return
    if is_endless and isinstance(error, NotSent):  # on a busy machine the time may be over before there is a connection
        assert arrived.requests == 0
        return
    assert isinstance(error, OutcomeUnknown)
    unknown = sum(attempt.error == "OutcomeUnknown" for attempt in error.history)
    assert unknown == (ATTEMPTS if call.is_repeatable else 1) or (is_endless and unknown == 1)
    came = fault not in ("closed before the request", "closed within the request")
    if is_endless:  # or before it has come
        assert arrived.requests <= (ATTEMPTS if call.is_repeatable else 1)
    elif carrying.tells or call.method == "POST":
        assert arrived.requests == (error.attempts if came else 0)
    else:  # such an adapter may send a GET again by itself
        assert arrived.requests >= (error.attempts if came else 0)
    assert ("may have happened" in str(error)) == (call.method == "POST")
    assert f"{call.method} /v1/dreams" in str(error)


def refused(port: int) -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        return f"http://127.0.0.1:{closed_soon.getsockname()[1]}"


@by_each_carrier
@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize("fault", ["refused", "a name that nobody knows", "a certificate that nobody trusts"])
async def test_what_never_had_a_connection_was_not_sent(
    fault: str, call: Call, carrying: Carrying, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_name: object, **_given: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    arrived = Arrived()
    options = carrying.options()
    if options.get("verify"):
        options["verify"] = ssl.create_default_context()
    async with serving(closes_after, arrived, tls=True) as port:
        url = {
            "refused": refused(port),
            "a name that nobody knows": "http://des.example",
            "a certificate that nobody trusts": f"https://127.0.0.1:{port}",
        }[fault]
        if fault == "a name that nobody knows":
            monkeypatch.setattr(socket, "getaddrinfo", unknown)
        error = await said(url, call, options)

    assert isinstance(error, NotSent if carrying.tells else (NotSent, OutcomeUnknown))
    assert ("nothing has happened" in str(error)) == carrying.tells
    assert arrived.requests == 0

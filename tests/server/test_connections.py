"""What comes over one connection: it is answered, or the connection ends, and neither takes for ever."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bank_app_sim.server.http.answers import Refused
from bank_app_sim.server.http.bodies import LARGEST_BODY_BYTES
from bank_app_sim.server.http.bodies import read as read_body
from bank_app_sim.server.http.connections import Limits
from bank_app_sim.server.http.door import LONGEST_TARGET, MOST_HEADERS
from bank_app_sim.server.http.ports import listening_socket, serving
from bank_app_sim.server.http.refusing import refuse

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])

HEAD = b"Host: localhost\r\n"
PATIENCE_SECONDS = 30
QUICK = Limits(head_seconds=0.1, body_seconds=0.1)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body."""
    try:
        status, text = 200, str(len(await read_body({}, receive))).encode()
    except Refused as refused:
        status, text = refused.answer.status, b"refused"
    length = (b"content-length", str(len(text)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": text})


async def heedless(scope: Any, receive: Any, send: Any) -> None:
    """Answers without reading."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"in"})


@contextlib.asynccontextmanager
async def connected(
    limits: Limits | None = None, app: Any = app
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = listening_socket(0)
    async with serving((app, listener), limits=limits):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            yield reader, writer
        finally:
            writer.close()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server ends the connection."""
    said = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while chunk := await reader.read(65_536):
                said += chunk
    return said


async def said_to(*parts: bytes, limits: Limits | None = None, app: Any = app) -> bytes:
    """What is answered until the server ends the connection."""
    async with connected(limits, app) as (reader, writer):
        listening = asyncio.ensure_future(all_of(reader))
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        return await listening


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize("size", [100_000, 20_000_000])
async def test_a_header_without_end_is_431(size: int) -> None:
    parts = [b"a" * 100_000] * (size // 100_000)

    assert status_of(await said_to(b"GET / HTTP/1.1\r\n" + HEAD + b"X-Long: ", *parts)) == 431


async def test_headers_without_end_are_431() -> None:
    assert status_of(await said_to(b"GET / HTTP/1.1\r\n" + HEAD, *[b"a: b\r\n" * 10_000] * 100)) == 431


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n" + HEAD, 200),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"a: b\r\n" * (MOST_HEADERS - 3), 200),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"a: b\r\n" * MOST_HEADERS, 431),
        (b"GET /" + b"a" * LONGEST_TARGET + b" HTTP/1.1\r\n" + HEAD, 414),
        (b"GET /?" + b"a" * LONGEST_TARGET + b" HTTP/1.1\r\n" + HEAD, 414),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HEAD, 431),
        (b"GET / HTTP/1.1\r\n", 400),
        (b"GET / HTTP/1.0\r\n", 400),
        (b"GET / HTTP/1.0\r\n" + HEAD, 200),
        (b"GET / HTTP/1.1\r\n" + HEAD + HEAD, 400),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n", 421),
        (b"GET http://localhost/ HTTP/1.1\r\n" + HEAD, 200),
        (b"GET http://localhost HTTP/1.1\r\n" + HEAD, 200),
        (b"GET http://[::1]:80?a=b HTTP/1.1\r\n" + HEAD, 200),
        (b"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n", 200),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HEAD, 421),
        (b"GET http://u@localhost/ HTTP/1.1\r\n" + HEAD, 400),
        (b"GET http:///path HTTP/1.1\r\n" + HEAD, 400),
        (b"GET http://localhost/ HTTP/1.1\r\n", 400),
        (b"GET http://localhost/ HTTP/1.1\r\n" + HEAD + HEAD, 400),
        (b"GET /http://evil.example/ HTTP/1.1\r\n" + HEAD, 200),
        (b"OPTIONS * HTTP/1.1\r\n" + HEAD, 200),
        (b"CONNECT localhost:80 HTTP/1.1\r\n" + HEAD, 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Upgrade: h2c\r\nConnection: Upgrade, close\r\n", 200),
        (b"BREW / HTTP/1.1\r\n" + HEAD, 400),
        (b"GET /\xff HTTP/1.1\r\n" + HEAD, 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"a b: c\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"a: b\x00c\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip, chunked\r\n", 501),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip\r\n", 400),
    ],
    ids=lambda each: None if isinstance(each, int) else each[:60].decode("latin-1").replace("\r\n", " "),
)
async def test_any_head_is_answered(head: bytes, status: int) -> None:
    answer = await said_to(head + b"Connection: close\r\n\r\n" if b"Connection" not in head else head + b"\r\n")

    assert status_of(answer) == status, answer


@pytest.mark.parametrize("frame", [b"Content-Length: %d\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n"])
async def test_a_body_that_is_too_large_is_413_and_what_comes_after_it_ends_the_connection(frame: bytes) -> None:
    size = 40 * LARGEST_BODY_BYTES
    head = b"POST / HTTP/1.1\r\n" + HEAD + frame % size

    answer = await said_to(head, *[b"a" * LARGEST_BODY_BYTES] * 40)

    assert status_of(answer) in (413, 0)  # where the kernel tells of the end first


async def test_a_body_in_the_smallest_frames_is_read() -> None:
    size = 200_000
    head = b"POST / HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = await said_to(head, b"1\r\na\r\n" * size + b"0\r\n\r\n")

    assert answer.endswith(str(size).encode())


async def test_trailers_without_end_end_the_connection() -> None:
    head = b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"

    assert status_of(await said_to(head, *[b"a: b\r\n" * 100_000] * 60)) in (431, 413, 0)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "part",
    [
        b"G",
        b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\na",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\na",
    ],
)
async def test_what_does_not_come_to_its_end_is_408(part: bytes) -> None:
    answer = await said_to(part, limits=QUICK)

    assert status_of(answer) == 408
    assert b"connection: close" in answer


async def test_who_says_nothing_is_not_waited_for() -> None:
    assert await said_to(limits=QUICK) == b""


async def test_a_request_that_is_whole_may_take_as_long_as_it_likes() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3 * QUICK.body_seconds)  # by the machine's clock, as the limits are
        await app(scope, receive, send)

    answer = await said_to(b"GET / HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n", limits=QUICK, app=slow)

    assert status_of(answer) == 200


async def test_the_rest_of_a_body_that_nobody_read_disturbs_no_request_after_it() -> None:
    body = b"a" * 500_000
    first = b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    second = b"GET / HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"

    answer = await said_to(first, body, second, app=heedless)

    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(("limits", "rest"), [(QUICK, b"a"), (Limits(body_bytes=1_000), b"a" * 2_000)])
async def test_the_rest_of_a_body_that_nobody_read_gets_no_answer_of_its_own(limits: Limits, rest: bytes) -> None:
    """It would be taken for the answer to the next request."""
    async with connected(limits, heedless) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 10000\r\n\r\n")
        await reader.readuntil(b"\r\n\r\nin")
        writer.write(rest)

        assert await all_of(reader) == b""


@pytest.mark.thorough
async def test_many_requests_on_one_connection_are_each_within_the_limits() -> None:
    request = b"POST / HTTP/1.1\r\n" + HEAD + b"X-Long: " + b"a" * 30_000 + b"\r\nContent-Length: 2000\r\n\r\n"

    async with connected() as (reader, writer):
        for _ in range(30):
            writer.write(request + b"b" * 2_000)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            assert status_of(head) == 200
            assert await reader.readexactly(4) == b"2000"


async def test_what_is_no_request_is_refused_as_all_else() -> None:
    said = await said_to(b"GARBAGE\r\n\r\n")

    head, _, body = said.partition(b"\r\n\r\n")
    assert (status_of(said), json.loads(body)["errors"][0]["field"]) == (400, "base")
    assert b"nosniff" in head


async def test_a_request_gets_its_own_answer_whatever_comes_after_it() -> None:
    """Who posts something is not told that it did not happen."""
    post = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n" + HEAD + b"\r\n{}"

    said = await said_to(post + b"GARBAGE\r\n\r\n")

    assert (status_of(said), said.count(b"HTTP/1.1"), said[-1:]) == (200, 1, b"2")


class Connection:
    """Of uvicorn's protocol what a refusal looks at; it is its own transport and flow."""

    def __init__(self, cycle: SimpleNamespace | None, *, queued: int = 0) -> None:
        self.cycle, self.pipeline = cycle, ["request"] * queued
        self.transport = self.flow = self
        self.did: list[str] = []

    def is_closing(self) -> bool:
        return False

    def write(self, content: bytes) -> None:
        self.did.append(content.decode().split(" ")[1])

    def close(self) -> None:
        self.did.append("close")

    def pause_reading(self) -> None:
        self.did.append("pause")


def cycle(*, more_body: bool, started: bool = False, complete: bool = False) -> SimpleNamespace:
    return SimpleNamespace(more_body=more_body, response_started=started, response_complete=complete, keep_alive=True)


@pytest.mark.parametrize(
    ("connection", "did"),
    [
        (Connection(None), ["431", "close"]),
        (Connection(cycle(more_body=False, started=True, complete=True)), ["431", "close"]),
        (Connection(cycle(more_body=True)), ["431", "close"]),
        (Connection(cycle(more_body=True, started=True)), ["close"]),
        (Connection(cycle(more_body=True, started=True, complete=True)), ["close"]),
        (Connection(cycle(more_body=True), queued=1), ["close"]),
        (Connection(cycle(more_body=False)), ["pause"]),
        (Connection(cycle(more_body=False, started=True)), ["pause"]),
    ],
)
async def test_a_refusal_takes_no_other_answers_place(connection: Connection, did: list[str]) -> None:
    refuse(connection, 431, "too large")

    assert connection.did == did
    assert connection.cycle is None or connection.cycle.keep_alive is (did != ["pause"])


async def test_who_asks_for_another_protocol_is_nothing_to_warn_of(caplog: pytest.LogCaptureFixture) -> None:
    await said_to(b"GET / HTTP/1.1\r\n" + HEAD + b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n")

    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []

"""Answers that trickle, never end, or are packed."""

import gzip
import resource
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import anyio
import anyio.abc
import pytest

from impact_sdk import (
    APIError,
    OutcomeUnknown,
    ServerError,
    UnexpectedResponse,
)
from impact_sdk.http.carriers import bodies
from impact_sdk.http.carriers.time_limits import Limits

from .raw_server import ANSWER, Answer, api_at, with_length


async def endless(stream: anyio.abc.SocketStream) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await stream.send(b" " * 65_536)


def for_ever(beginning: bytes, piece: bytes) -> Answer:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        await stream.send(beginning)
        while True:
            await stream.send(piece)

    return answer


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 503 Busy\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"x"),
    ],
    ids=["100", "103", "header", "body", "refusal", "chunks", "trailer"],
)
async def test_an_answer_that_trickles_ends_with_the_calls_time(beginning: bytes, piece: bytes) -> None:
    async with api_at(for_ever(beginning, piece)) as api:
        with anyio.fail_after(5), pytest.raises(OutcomeUnknown, match="got no answer"):
            await api._http.send("GET", api._http.address("/"), {}, None, Limits(0.05))


MEGABYTE = gzip.compress(b" " * 2**20)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_megabyte_that_would_be_a_gigabyte_is_not_unpacked(status: int) -> None:
    answer = with_length(MEGABYTE * 1024, "Content-Encoding: gzip").replace(b"200", str(status).encode(), 1)

    async with api_at(lambda stream: stream.send(answer)) as api:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(APIError, match=f"POST /oauth/token was .* {status}.*larger than 16777216 bytes") as caught:
            await api.dreams.get("d1", attempts=1)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert grown < 100_000  # kilobytes
    assert type(caught.value) is {200: UnexpectedResponse, 503: ServerError}[status]


@pytest.mark.thorough
async def test_no_more_is_unpacked_at_once_than_is_taken() -> None:
    """One piece of all, and one stream: what it holds is not seen before it is unpacked."""
    packed = zlib.compress(b" " * (5 * bodies.LARGEST_BYTES))

    async def piece() -> AsyncIterator[bytes]:
        yield packed

    tracemalloc.start()
    try:
        with pytest.raises(bodies.Unusable, match="larger than"):
            await bodies.whole(piece(), "deflate")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 4 * bodies.LARGEST_BYTES


async def test_an_answer_without_end_is_ended() -> None:
    async with api_at(endless) as api:
        with pytest.raises(UnexpectedResponse, match="larger than"):
            await api.dreams.get("d1")


@pytest.mark.parametrize(
    "answer",
    [
        with_length(gzip.compress(ANSWER), "Content-Encoding: gzip"),
        with_length(gzip.compress(ANSWER), "Content-Encoding: X-GZIP"),
        with_length(gzip.compress(ANSWER[:50]) + gzip.compress(ANSWER[50:]), "Content-Encoding: gzip"),
        with_length(zlib.compress(ANSWER), "Content-Encoding: deflate"),
        with_length(zlib.compress(ANSWER, wbits=-zlib.MAX_WBITS), "Content-Encoding: deflate"),
        with_length(ANSWER, "Content-Encoding: identity"),
    ],
)
async def test_a_packed_answer_is_unpacked(answer: bytes) -> None:
    async with api_at(lambda stream: stream.send(answer)) as api:
        assert (await api.dreams.get("d1")).name == "Bike"


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize(
    ("wbits", "coding"), [(31, "gzip"), (15, "deflate"), (-15, "deflate")], ids=["gzip", "zlib", "deflate"]
)
async def test_a_packed_answer_may_come_in_pieces_of_any_size(wbits: int, coding: str, size: int) -> None:
    packed = zlib.compress(ANSWER, wbits=wbits)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(packed), size):
            yield packed[at : at + size]

    assert await bodies.whole(pieces(), coding) == ANSWER


@pytest.mark.parametrize(
    ("body", "coding"), [(ANSWER, "gzip"), (ANSWER, "deflate"), (ANSWER, "br"), (gzip.compress(ANSWER), "gzip, gzip")]
)
async def test_an_answer_that_cannot_be_unpacked_says_so(body: bytes, coding: str) -> None:
    packed = with_length(body, f"Content-Encoding: {coding}")

    async with api_at(lambda stream: stream.send(packed)) as api:
        with pytest.raises(UnexpectedResponse, match=r"cannot be read: the body (cannot be unpacked|is packed with)"):
            await api.dreams.get("d1")


@pytest.mark.parametrize("left_out", [1, 8, 30])
@pytest.mark.parametrize(("wbits", "coding"), [(31, "gzip"), (15, "deflate")])
async def test_a_packed_answer_that_breaks_off_says_so(wbits: int, coding: str, left_out: int) -> None:
    """Its end has a sum by which one knows that it is right; without it whatever was unpacked may be wrong."""
    packed = with_length(zlib.compress(ANSWER, wbits=wbits)[:-left_out], f"Content-Encoding: {coding}")

    async with api_at(lambda stream: stream.send(packed)) as api:
        with pytest.raises(UnexpectedResponse, match="the body is packed and breaks off"):
            await api.dreams.get("d1")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_nothing_packed_is_nothing(coding: str) -> None:
    nothing = with_length(b"", f"Content-Encoding: {coding}")

    async with api_at(lambda stream: stream.send(nothing)) as api:
        assert (await api._http.send("GET", api._http.address("/"), {}, None)).content == b""

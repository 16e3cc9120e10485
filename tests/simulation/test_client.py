"""What one participant asks of another."""

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest
from anyio.abc import SocketAttribute, SocketStream

from bank_app_sim.server.http.fetching import TIMEOUT_SECONDS
from bank_app_sim.simulation.client import Client


async def test_the_path_stands_behind_the_address_and_the_body_is_JSON() -> None:  # noqa: N802
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(201, json={"order": 1})

    client = Client("http://bank.test/api", httpx.MockTransport(answer))

    response = await client.request("POST", "/orders", json={"a": 1}, headers={"Authorization": "Bearer x"})

    assert (response.status_code, response.json()) == (201, {"order": 1})
    assert str(asked[0].url) == "http://bank.test/api/orders"
    assert asked[0].headers["host"] == "bank.test"
    assert asked[0].headers["content-type"] == "application/json"
    assert asked[0].headers["authorization"] == "Bearer x"
    assert asked[0].content == b'{"a":1}'
    assert asked[0].extensions["timeout"]["read"] == TIMEOUT_SECONDS


async def test_no_cookie_is_kept_and_no_redirect_followed() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Set-Cookie": "a=b", "Location": "/elsewhere"})

    client = Client("http://bank.test", httpx.MockTransport(answer))

    first = await client.request("GET", "/first")
    await client.request("GET", "/second")

    assert first.status_code == 302
    assert [request.url.path for request in asked] == ["/first", "/second"]
    assert "cookie" not in asked[1].headers


async def test_an_answer_knows_its_request_so_that_an_error_can_be_raised_of_it() -> None:
    client = Client("http://bank.test", httpx.MockTransport(lambda _: httpx.Response(503)))

    with pytest.raises(httpx.HTTPStatusError, match=r"503 Service Unavailable.*http://bank\.test/keys"):
        (await client.request("GET", "/keys")).raise_for_status()


async def test_an_answer_that_breaks_off_is_closed() -> None:
    class Breaking(httpx.AsyncByteStream):
        is_closed = False

        async def __aiter__(self):  # type: ignore[no-untyped-def]
            yield b"{"
            raise httpx.ReadError("broken off")

        async def aclose(self) -> None:
            self.is_closed = True

    stream = Breaking()
    client = Client("http://bank.test", httpx.MockTransport(lambda _: httpx.Response(200, stream=stream)))

    with pytest.raises(httpx.ReadError):
        await client.request("GET", "/")

    assert stream.is_closed


async def test_its_end_closes_the_transport() -> None:
    class Transport(httpx.AsyncBaseTransport):
        is_closed = False

        async def aclose(self) -> None:
            self.is_closed = True

    transport = Transport()

    async with Client("http://bank.test", transport):
        pass

    assert transport.is_closed


class Chunks(httpx.AsyncByteStream):
    """An answer that goes on as long as somebody reads it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.read = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.read < self.count:
            self.read += 1
            yield b" " * 65_536

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(10**12)}, {"Content-Encoding": "gzip"}])
async def test_an_answer_without_end_is_not_read_to_its_end(headers: dict[str, str]) -> None:
    endless = Chunks(10**9)
    client = Client(
        "http://bank.test", httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=endless))
    )

    with pytest.raises(httpx.TransportError, match=r"larger than 1048576 bytes|packed"):
        await client.request("GET", "/keys")

    assert endless.is_closed
    assert endless.read <= 17


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(65_536)}, {"Content-Length": "many"}])
async def test_an_answer_of_no_stated_length_is_read_whole(headers: dict[str, str]) -> None:
    client = Client(
        "http://bank.test", httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=Chunks(1)))
    )

    assert len((await client.request("GET", "/keys")).content) == 65_536


@pytest.mark.parametrize("said", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
async def test_an_answer_that_does_not_come_to_its_end_is_given_up(said: bytes) -> None:
    async def trickle(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(said)
            await anyio.sleep_forever()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, trickle)
        async with Client(f"http://127.0.0.1:{port}", None, whole_within_seconds=0.1) as client:
            with pytest.raises(httpx.ReadTimeout, match=r"not whole within 0\.1 seconds"):
                await client.request("GET", "/keys")
        tasks.cancel_scope.cancel()

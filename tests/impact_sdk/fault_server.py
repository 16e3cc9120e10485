"""A DES that does one thing wrong, over HTTP/1.1 and over HTTP/2, and counts what has arrived whole."""

import abc
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.abc
import attrs
import h2.config
import h2.connection
import h2.events
import trustme
from anyio.streams.tls import TLSStream

BODY = b'{"dream": {}}'
GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("127.0.0.1", "localhost")


@attrs.define
class Arrived:
    """What has reached the server: whole requests, and connections."""

    requests: int = 0
    connections: int = 0


@attrs.define(eq=False)
class Peer(abc.ABC):
    """The server's end of one connection."""

    stream: anyio.abc.ByteStream
    arrived: Arrived

    @abc.abstractmethod
    async def request(self) -> None:
        """Returns when a whole request has come, and counts it."""

    @abc.abstractmethod
    async def answer(self) -> None: ...
    @abc.abstractmethod
    async def informational(self, status: int) -> None: ...
    @abc.abstractmethod
    async def half_a_head(self) -> None: ...
    @abc.abstractmethod
    async def half_a_body(self) -> None: ...
    @abc.abstractmethod
    async def invalid_frame(self) -> None: ...

    async def some_bytes(self) -> None:
        await self.stream.receive(10)

    async def garbage(self) -> None:
        await self.stream.send(b"\x16\x03 what is this?\r\n\r\n" * 4)

    async def reset(self) -> None:
        """Close so that the other side hears of no orderly end."""
        raw: Any = self.stream.extra(anyio.abc.SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await anyio.aclose_forcefully(self.stream)


@attrs.define(eq=False)
class HTTP11(Peer):
    _came: bytes = b""

    async def request(self) -> None:
        while b"\r\n\r\n" not in self._came:
            self._came += await self.stream.receive()
        head, _, self._came = self._came.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0]) if lengths else 0
        while len(self._came) < length:
            self._came += await self.stream.receive()
        self._came = self._came[length:]
        self.arrived.requests += 1

    async def answer(self) -> None:
        await self.stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY))

    async def informational(self, status: int) -> None:
        await self.stream.send(b"HTTP/1.1 %d So far\r\n\r\n" % status)

    async def half_a_head(self) -> None:
        await self.stream.send(b"HTTP/1.1 200 OK\r\nContent-Le")

    async def half_a_body(self) -> None:
        await self.stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + BODY)

    async def invalid_frame(self) -> None:
        await self.stream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n")


@attrs.define(eq=False)
class HTTP2(Peer):
    _http: h2.connection.H2Connection | None = None
    _stream_id: int = 0

    @property
    def http(self) -> h2.connection.H2Connection:
        if self._http is None:
            self._http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            self._http.initiate_connection()
        return self._http

    async def request(self) -> None:
        while True:
            await self._flush()
            for event in self.http.receive_data(await self.stream.receive()):
                if isinstance(event, h2.events.StreamEnded):
                    assert event.stream_id is not None
                    self._stream_id = event.stream_id
                    self.arrived.requests += 1
                    await self._flush()
                    return

    async def answer(self) -> None:
        self.http.send_headers(self._stream_id, [(":status", "200")])
        self.http.send_data(self._stream_id, BODY, end_stream=True)
        await self._flush()

    async def informational(self, status: int) -> None:
        self.http.send_headers(self._stream_id, [(":status", str(status))])
        await self._flush()

    async def half_a_head(self) -> None:
        self.http.send_headers(self._stream_id, [(":status", "200"), ("x-long", "x" * 100)])
        await self.stream.send(self.http.data_to_send()[:20])

    async def half_a_body(self) -> None:
        self.http.send_headers(self._stream_id, [(":status", "200"), ("content-length", "100")])
        self.http.send_data(self._stream_id, BODY)
        await self._flush()

    async def invalid_frame(self) -> None:
        # DATA on a stream that nobody has opened.
        await self.stream.send(b"\x00\x00\x01\x00\x00\x00\x00\x00\x63x")

    async def _flush(self) -> None:
        await self.stream.send(self.http.data_to_send())


async def closes_before(peer: Peer) -> None:
    """Leaving closes the connection."""


async def closes_within(peer: Peer) -> None:
    await peer.some_bytes()


async def closes_after(peer: Peer) -> None:
    await peer.request()


async def half_a_head(peer: Peer) -> None:
    await peer.request()
    await peer.half_a_head()


async def half_a_body(peer: Peer) -> None:
    await peer.request()
    await peer.half_a_body()


async def garbage(peer: Peer) -> None:
    await peer.request()
    await peer.garbage()


async def reset(peer: Peer) -> None:
    await peer.request()
    await peer.reset()


async def invalid_frame(peer: Peer) -> None:
    await peer.request()
    await peer.invalid_frame()
    await anyio.sleep_forever()


async def continues(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.informational(100)
        await peer.informational(103)
        await peer.answer()


async def never_comes_to_it(peer: Peer) -> None:
    await peer.request()
    while True:
        await peer.informational(103)


async def is_slow(peer: Peer) -> None:
    await peer.request()
    await anyio.sleep_forever()


Fault = Callable[[Peer], Awaitable[None]]

FAULTS: Mapping[str, Fault] = {
    "closed before the request": closes_before,
    "closed within the request": closes_within,
    "closed after the request": closes_after,
    "half a head": half_a_head,
    "half a body": half_a_body,
    "garbage": garbage,
    "reset": reset,
    "an invalid frame": invalid_frame,
    "100 and 103 first": continues,
    "1xx for ever": never_comes_to_it,
    "slow": is_slow,
}


@asynccontextmanager
async def serving(fault: Fault, arrived: Arrived, *, http2: bool = False, tls: bool = False) -> AsyncIterator[int]:
    """The port at which it listens, on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CERTIFICATE.configure_cert(context)
    context.set_alpn_protocols(["h2"] if http2 else ["http/1.1"])

    async def serve(raw: anyio.abc.SocketStream) -> None:
        arrived.connections += 1
        stream: anyio.abc.ByteStream = raw
        try:
            if tls:
                stream = await TLSStream.wrap(raw, server_side=True, ssl_context=context, standard_compatible=False)
            async with stream:
                await fault((HTTP2 if http2 else HTTP11)(stream, arrived))
        except GONE:
            pass
        finally:
            await anyio.aclose_forcefully(raw)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield listener.extra(anyio.abc.SocketAttribute.local_port)
        tasks.cancel_scope.cancel()

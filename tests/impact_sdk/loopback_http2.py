"""A server on loopback that answers several HTTP/2 requests at once, and notes their paths."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.abc
import anyio.lowlevel
import attrs
import h2.config
import h2.connection
import h2.events
from anyio.streams.tls import TLSStream

from .loopback_des import CERTIFICATE, GONE

# An answer to /slow takes so many turns of the event loop: others come and go meanwhile.
TURNS = 50


@attrs.define(eq=False)
class HTTP2Server:
    """What it has seen.

    Attributes:
        connections: Those that are open.
        arrived: The paths of all requests that have come whole.
    """

    url: str
    _tls: ssl.SSLContext
    connections: set[object] = attrs.field(factory=set)
    arrived: list[str] = attrs.field(factory=list)

    async def serve(self, stream: anyio.abc.SocketStream) -> None:
        self.connections.add(stream)
        try:
            async with stream:
                secured = await TLSStream.wrap(
                    stream, server_side=True, ssl_context=self._tls, standard_compatible=False
                )
                async with anyio.create_task_group() as tasks:
                    try:
                        await _Peer(secured, self.arrived, tasks).answer_all()
                    except GONE:
                        tasks.cancel_scope.cancel()
        except* GONE:
            pass
        finally:
            self.connections.discard(stream)


@attrs.define(eq=False)
class _Peer:
    """The server's end of one connection."""

    stream: TLSStream
    arrived: list[str]
    tasks: anyio.abc.TaskGroup
    http: h2.connection.H2Connection = attrs.field(
        factory=lambda: h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    )
    writing: anyio.Lock = attrs.field(factory=anyio.Lock)

    async def answer_all(self) -> None:
        paths: dict[int, str] = {}
        self.http.initiate_connection()
        while True:
            await self._flush()
            for event in self.http.receive_data(await self.stream.receive()):
                if isinstance(event, h2.events.RequestReceived):
                    paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                if isinstance(event, h2.events.StreamEnded):
                    path = paths[event.stream_id]
                    self.arrived.append(path)
                    self.tasks.start_soon(self._answer, event.stream_id, path)

    async def _answer(self, stream_id: int, path: str) -> None:
        for _ in range(TURNS if path.startswith("/slow") else 0):
            await anyio.lowlevel.checkpoint()
        self.http.send_headers(stream_id, [(":status", "200"), ("content-length", "2")])
        await self._flush()
        self.http.send_data(stream_id, b"{}", end_stream=True)
        await self._flush()

    async def _flush(self) -> None:
        async with self.writing:
            await self.stream.send(self.http.data_to_send())


@asynccontextmanager
async def http2_server() -> AsyncIterator[HTTP2Server]:
    """One that listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CERTIFICATE.configure_cert(context)
    context.set_alpn_protocols(["h2"])
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    server = HTTP2Server(f"https://127.0.0.1:{port}", context)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()

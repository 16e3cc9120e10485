"""A server on loopback that answers with any bytes, and a client for it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.abc

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
)

from .answers import DREAM

ANSWER = json.dumps({"dream": DREAM, "access_token": "t"}).encode()


Answer = Callable[[anyio.abc.SocketStream], Awaitable[None]]


def with_length(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def server(answer: Answer, opened: set[object] | None = None) -> AsyncIterator[str]:
    """Answers whatever is asked on loopback; gives its address. `opened` has the connections of the moment."""
    opened = set() if opened is None else opened

    async def serve(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            opened.add(stream)
            try:
                while True:
                    asked = b""
                    while b"\r\n\r\n" not in asked:
                        asked += await stream.receive()
                    await answer(stream)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return
            finally:
                opened.discard(stream)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield f"http://127.0.0.1:{port}"
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def api_at(answer: Answer, opened: set[object] | None = None) -> AsyncIterator[ImpactAPI]:
    async with server(answer, opened) as url, ImpactAPI(url, auth=ClientCredentials("demo-bank", "secret")) as api:
        yield api

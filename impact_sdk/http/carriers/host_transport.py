"""How bytes travel where the host says how: through an object of the kind that httpx, or httpx2, calls a transport."""

import functools
import sys
from types import ModuleType
from typing import Any, Protocol

import attrs

from ...arguments import able
from ...mistakes.wrong import wrong
from ...tasks.handed_over import awaited
from .bodies import whole_or_why
from .seam import Body, Headers, Incoming, Outgoing, Sending
from .time_limits import Whole

ASKED = "transport.handle_async_request()"

# The first says at each step what it does, through the extension `trace`. What a handler raises in the second is the
# host's own word: there is no connection that could know better. Neither is known of one that does it in its own way.
TELLS_ALL = "AsyncHTTPTransport"
IS_BELIEVED = "MockTransport"


class HTTPTransport(Protocol):
    """How bytes travel: whatever httpx, or httpx2, takes as its transport.

    `httpx.ASGITransport(app)` calls an application in this process, `httpx.MockTransport(handler)` a function. For a
    proxy, certificates and limits of one's own there is no need of one: see `proxy`, `verify`, `cert` and
    `max_connections` of the client. With a transport all of that is the transport's: of the environment's proxies too.

    A request that fails is `NotSent` only where it is known that none of it went out. A transport tells so through the
    request's extension `trace`, as httpcore does: `connection.connect_tcp.failed` with the exception where there was no
    connection, `http11.send_request_headers.started` where sending began. What it raises then is that exception, or
    raised from it. Of one that tells nothing every failure is `OutcomeUnknown`: also of a class of yours below
    `httpx.AsyncHTTPTransport` that sends in its own way. httpx's own pool loses connections to calls that are cancelled
    under asyncio (httpcore 1.0.9), until every call is `NotSent`; nothing here can mend that.
    """

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


@attrs.define(eq=False)
class HostTransport:
    """A transport of the host's, asked with care. Which event loop it wants is the host's business."""

    _transport: HTTPTransport
    is_bound_to_loop: bool = attrs.field(default=False, init=False)
    through: str = attrs.field(default="", init=False)

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        library = _library(self._transport)
        sending.tells_all = self._does_as(library, TELLS_ALL)
        sending.tells = sending.tells_all or self._does_as(library, IS_BELIEVED)
        limits = outgoing.limits
        request = library.Request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            # Not as its content: to find out what we know, the headers would be read and written three times.
            stream=_stream(library)(outgoing.content),
            extensions={
                "timeout": {
                    "connect": limits.connect,
                    "read": limits.step,
                    "write": limits.step,
                    "pool": limits.wait,
                },
                "trace": sending.trace,
            },
        )
        request.read()
        with Whole(limits):
            return await self._answer(request)

    def _does_as(self, library: ModuleType, name: str) -> bool:
        """Whether it is a transport of the library's, and sends as that does."""
        kind = type(self._transport)
        return getattr(kind, "handle_async_request", None) is getattr(library, name).handle_async_request

    async def _answer(self, request: Any) -> Incoming:
        response = await awaited(ASKED, self._transport.handle_async_request(request))
        if not _is_response(response):
            raise wrong(ASKED, response, "an httpx.Response with a whole number as status and an asynchronous stream")
        headers = Headers(response.headers.raw)
        try:
            # Its stream, and not what httpx makes of it: that unpacks a megabyte into a gigabyte before anybody looks.
            body = await whole_or_why(response.stream, headers.get("content-encoding", ""))
        finally:
            await response.aclose()
        return Incoming(response.status_code, headers, body)

    async def aclose(self) -> None:
        await awaited("transport.aclose()", self._transport.aclose())


def _library(transport: HTTPTransport) -> ModuleType:
    """Whose requests it takes: httpx2's where it is one of its transports, else httpx's."""
    successor = sys.modules.get("httpx2")
    if successor is not None and isinstance(transport, successor.AsyncBaseTransport):
        return successor
    import httpx

    return httpx


@functools.cache
def _stream(library: ModuleType) -> Any:
    """A body of the library's own class: it would replace any other by one that is a generator (see `Body`)."""

    class Stream(library.ByteStream):  # type: ignore[misc, name-defined]
        def __init__(self, content: bytes) -> None:
            super().__init__(content)
            self._body = Body(content)

        def __aiter__(self) -> Any:
            return aiter(self._body)

    return Stream


def _is_response(given: Any) -> bool:
    """Whether it has all that is read of a response. Not by its class: to import httpx takes long."""
    return (
        type(getattr(given, "status_code", None)) is int
        and hasattr(getattr(given, "headers", None), "raw")
        and hasattr(getattr(given, "stream", None), "__aiter__")
        and callable(getattr(given, "aclose", None))
    )


def of(transport: HTTPTransport) -> HostTransport:
    """The transport that a caller wants; `ConfigurationError` where it is none."""
    if callable(getattr(transport, "send", None)) and not hasattr(transport, "handle_async_request"):
        raise wrong(
            "transport",
            transport,
            "a transport and no client: what a client is made with, httpx.AsyncHTTPTransport(…), say; or leave it out",
        )
    able("transport", transport, "handle_async_request", "aclose")
    return HostTransport(transport)

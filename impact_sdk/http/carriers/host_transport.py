"""The host's transport as the carrier: an object that httpx, or httpx2, takes as its transport."""

import functools
import sys
from types import ModuleType

import attrs
import httpx

from ...arguments import able
from ...mistakes.wrong import wrong
from ...tasks.handed_over import awaited
from ..identity import product
from .bodies import whole_or_why
from .connection_options import HTTPTransport
from .seam import Body, Headers, Incoming, Outgoing, Sending
from .time_limits import Limits, Whole

ASKED = "transport.handle_async_request()"

# The transports whose way of sending we know. The first tells each step through the extension `trace`. The second calls
# a function of the host: there is no connection, so the type of what it raises is the truth.
TELLS_ALL = "AsyncHTTPTransport"
IS_BELIEVED = "MockTransport"


@attrs.define(eq=False)
class HostTransport:
    """A transport of the host. Which event loop it needs is the host's business."""

    _transport: HTTPTransport
    is_bound_to_loop: bool = attrs.field(default=False, init=False)
    through: str = attrs.field(default="", init=False)

    @property
    def product(self) -> str:
        module = sys.modules.get(type(self._transport).__module__.partition(".")[0])
        return "" if module is None else product(module)

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        library = _library(self._transport)
        sending.tells_all = self._sends_as(library, TELLS_ALL)
        sending.tells = sending.tells_all or self._sends_as(library, IS_BELIEVED)
        request = library.Request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            # Not as `content`: httpx would read and write the headers three times to find out what we know.
            stream=_stream_of(library)(outgoing.content),
            extensions={"timeout": _timeouts(outgoing.limits), "trace": sending.trace},
        )
        request.read()
        with Whole(outgoing.limits):
            return await self._answer(request)

    def _sends_as(self, library: ModuleType, name: str) -> bool:
        """Whether it sends as this transport of the library does."""
        kind = type(self._transport)
        return getattr(kind, "handle_async_request", None) is getattr(library, name).handle_async_request

    async def _answer(self, request: httpx.Request) -> Incoming:
        response = await awaited(ASKED, self._transport.handle_async_request(request))
        if not _is_response(response):
            raise wrong(ASKED, response, "an httpx.Response with a whole number as status and an asynchronous stream")
        headers = Headers(response.headers.raw)
        try:
            # The raw stream: httpx's own reading would unpack a megabyte into a gigabyte.
            body = await whole_or_why(response.stream, headers.get("content-encoding", ""))
        finally:
            await response.aclose()
        return Incoming(response.status_code, headers, body)

    async def aclose(self) -> None:
        await awaited("transport.aclose()", self._transport.aclose())


def _timeouts(limits: Limits) -> dict[str, float]:
    return {"connect": limits.connect, "read": limits.step, "write": limits.step, "pool": limits.wait}


def _library(transport: HTTPTransport) -> ModuleType:
    """The library whose requests it takes: httpx2 if it is a transport of httpx2, else httpx."""
    successor = sys.modules.get("httpx2")
    return successor if successor is not None and isinstance(transport, successor.AsyncBaseTransport) else httpx


@functools.cache
def _stream_of(library: ModuleType) -> type[Body]:
    """`Body` as one of the library's own streams. The library would replace any other by a generator (see `Body`)."""
    return type("Stream", (Body, library.ByteStream), {})


def _is_response(given: object) -> bool:
    """Whether it has all that we read of a response. Its class does not matter: httpx has a successor."""
    return (
        type(getattr(given, "status_code", None)) is int
        and hasattr(getattr(given, "headers", None), "raw")
        and hasattr(getattr(given, "stream", None), "__aiter__")
        and callable(getattr(given, "aclose", None))
    )


def of(transport: HTTPTransport) -> HostTransport:
    """The transport that a caller wants; `ConfigurationError` if it is none."""
    if callable(getattr(transport, "send", None)) and not hasattr(transport, "handle_async_request"):
        raise wrong(
            "transport",
            transport,
            "a transport and no client: what a client is made with, httpx.AsyncHTTPTransport(…), say; or leave it out",
        )
    able("transport", transport, "handle_async_request", "aclose")
    return HostTransport(transport)

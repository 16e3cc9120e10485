"""How bytes travel where the host says how."""

from typing import Any, Protocol

import attrs

from .arguments import able
from .handed_over import awaited
from .mistakes import wrong

ASKED = "transport.handle_async_request()"


class HTTPTransport(Protocol):
    """How bytes travel: whatever the HTTP client takes as its transport.

    `httpx.ASGITransport(app)` calls an application in this process, `httpx.MockTransport(handler)` a function,
    `httpx.AsyncHTTPTransport(...)` brings proxies, certificates and limits of one's own.

    A pool of your own may lose connections to calls that are cancelled (httpcore 1.0.9); the default's is replaced.

    The default's pool of connections is slow for many calls at once, whatever its limits. Under asyncio
    `httpx_aiohttp.AiohttpTransport()` took a seventh of its time for 64 at once.
    """

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


@attrs.frozen
class HostTransport:
    """A transport of the host's, asked with care."""

    _transport: HTTPTransport

    async def handle_async_request(self, request: Any) -> Any:
        response = await awaited(ASKED, self._transport.handle_async_request(request))
        if not _is_response(response):
            raise wrong(ASKED, response, "an httpx.Response with a whole number as status and an asynchronous stream")
        return response

    async def aclose(self) -> None:
        await awaited("transport.aclose()", self._transport.aclose())


def _is_response(given: Any) -> bool:
    """Whether it has all that is read of a response. Not by its class: to import httpx takes long."""
    return (
        type(getattr(given, "status_code", None)) is int
        and hasattr(getattr(given, "headers", None), "raw")
        and hasattr(getattr(given, "stream", None), "__aiter__")
        and callable(getattr(given, "aclose", None))
    )


def of(transport: HTTPTransport | None) -> HTTPTransport | None:
    """The transport that a caller wants; `ConfigurationError` where it is none."""
    transport = able("transport", transport, "handle_async_request", "aclose")
    return None if transport is None else HostTransport(transport)

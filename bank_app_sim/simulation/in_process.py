"""A transport from one participant to another in this process: it calls the ASGI application."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs
from starlette.types import ASGIApp, Message

if TYPE_CHECKING:
    import httpx


@attrs.frozen
class InProcess:
    """A transport for httpx, for small requests and responses that are sent whole.

    It takes about two thirds of the time of `httpx.ASGITransport`, and most of a world's time is spent here.

    Args:
        app: Returns the application; after its process died there is another one.
    """

    app: Callable[[], ASGIApp]

    async def handle_async_request(self, request: "httpx.Request") -> "httpx.Response":
        """Send the request to the application. Errors of the application are raised here."""
        import httpx  # not at the top: a server has to start quickly

        url = request.url
        raw_path, _, query = url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": unquote(raw_path.decode()),
            "raw_path": raw_path,
            "query_string": query,
            "server": ("in-process", None),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }
        body = await request.aread()
        start: dict[str, Any] = {}
        chunks: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.app()(scope, receive, send)
        return httpx.Response(start["status"], headers=start["headers"], content=b"".join(chunks), request=request)

    async def aclose(self) -> None:
        """Close nothing: nothing is open."""

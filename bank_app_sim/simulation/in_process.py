"""How one participant reaches another within this process: by calling its ASGI application."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs


@attrs.frozen
class InProcess:
    """A transport for httpx, for requests and answers that are small and whole.

    It does what `httpx.ASGITransport` does for them in some two thirds of its time: a world does little else.

    Args:
        app: Tells which application it is; a process that died has another one.
    """

    app: Callable[[], Any]

    async def handle_async_request(self, request: Any) -> Any:
        """Have the request answered. What the application raises is raised here."""
        import httpx  # not at the top: a server is to be up first

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

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.app()(scope, receive, send)
        return httpx.Response(start["status"], headers=start["headers"], content=b"".join(chunks), request=request)

    async def aclose(self) -> None:
        """Nothing is open."""

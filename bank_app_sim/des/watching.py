"""Shows what passes between DES and others to those who watch, byte for byte. It changes nothing."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import attrs
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@attrs.frozen(kw_only=True)
class Exchange:
    """A request to DES and its answer, as they went over the wire. Header names are in lower case."""

    method: str
    path: str
    query: str
    request_headers: Mapping[str, str] = attrs.field(repr=False)
    request_body: bytes = attrs.field(repr=False)
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


class Watcher(Protocol):
    """Sees every sandbox of this process: a contract that tests hold it against, for example."""

    def exchanged(self, exchange: Exchange) -> None:
        """DES has answered a request."""

    def sent(self, headers: Mapping[str, str], body: bytes, status: int) -> None:
        """A bank has answered a webhook of DES with this status."""


_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> Callable[[], None]:
    """Show a watcher all sandboxes that are made from now on.

    Returns:
        How to stop it.
    """
    _watchers.append(watcher)
    return lambda: _watchers.remove(watcher)


def watched(app: ASGIApp) -> ASGIApp:
    """DES' application, as each watcher sees it; the application itself if nobody watches."""
    return functools.reduce(watched_by, _watchers, app)


def watched_by(app: ASGIApp, watcher: Watcher) -> ASGIApp:
    """An application whose exchanges a watcher sees."""

    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        asked, answered = bytearray(), bytearray()
        start: dict[str, Any] = {}

        async def shown_receive() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def shown_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            answered.extend(message.get("body", b""))
            await send(message)

        await app(scope, shown_receive, shown_send)
        if start:
            watcher.exchanged(_exchange(scope, bytes(asked), start, bytes(answered)))

    return shown


def _exchange(scope: Scope, asked: bytes, start: Message, answered: bytes) -> Exchange:
    return Exchange(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        request_headers=_headers(scope["headers"]),
        request_body=asked,
        status=start["status"],
        headers=_headers(start["headers"]),
        body=answered,
    )


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def show_webhook(headers: Mapping[str, str], body: bytes, status: int) -> None:
    """Show a webhook of DES and the status that the bank answered."""
    for watcher in _watchers:
        watcher.sent(headers, body, status)

"""Looks at what passes between programs, and changes nothing of it."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import httpx
import orjson

from .contract import Contract, Exchange
from .coverage import Coverage

App = Callable[[Any, Any, Any], Any]


@attrs.define
class Recorder:
    """Holds each message against the contract, and counts it.

    Attributes:
        faults: What was found wrong since somebody last looked.
    """

    contract: Contract
    coverage: Coverage = attrs.field(factory=Coverage)
    faults: list[str] = attrs.field(factory=list)

    def take_faults(self) -> list[str]:
        taken, self.faults = self.faults, []
        return taken

    def exchanged(self, exchange: Exchange) -> None:
        found = self.contract.faults(exchange)
        self.faults += [f"{exchange.method} {exchange.path}?{exchange.query} {fault}" for fault in found]
        template = self.contract.template(exchange.path)
        if template is not None:
            self.coverage.answers.add((exchange.method, template, str(exchange.status)))
        if template == "/v1/events" and (exchange.method, exchange.status) == ("GET", 200):
            self.coverage.listed_events.update(event["type"] for event in orjson.loads(exchange.body)["events"])

    def sent(self, headers: Mapping[str, str], body: bytes, status: int) -> None:
        """A webhook of DES, and what the bank answered."""
        found = self.contract.faults_of_webhook(headers, body)
        self.faults += [f"webhook: {fault}" for fault in found]
        batch = orjson.loads(body)
        self.coverage.sent_events.update(event["type"] for event in batch.get("events", ()))
        self.coverage.webhook_answers.add("2XX" if 200 <= status < 300 else str(status))

    def watching(self, app: App) -> App:
        """The same ASGI application, looked at."""

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            asked, answered = bytearray(), bytearray()
            start: dict[str, Any] = {}

            async def watched_receive() -> Any:
                message = await receive()
                asked.extend(message.get("body", b""))
                return message

            async def watched_send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    start.update(message)
                answered.extend(message.get("body", b""))
                await send(message)

            await app(scope, watched_receive, watched_send)
            if start:
                self.exchanged(
                    Exchange(
                        method=scope["method"],
                        path=scope["path"],
                        query=scope["query_string"].decode("latin-1"),
                        request_headers=_headers(scope["headers"]),
                        request_body=bytes(asked),
                        status=start["status"],
                        headers=_headers(start["headers"]),
                        body=bytes(answered),
                    )
                )

        return watched

    def watching_webhooks(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """The same way to the bank, looked at."""
        return _Watched(transport, self)


@attrs.define
class _Watched(httpx.AsyncBaseTransport):
    transport: httpx.AsyncBaseTransport
    recorder: Recorder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.transport.handle_async_request(request)
        if "webhook-id" in request.headers:
            self.recorder.sent(dict(request.headers), await request.aread(), response.status_code)
        return response

    async def aclose(self) -> None:
        await self.transport.aclose()


def _headers(raw: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}

"""Addresses for applications in this process, and a connection that can be cut."""

from collections.abc import Awaitable, Callable

import httpx
from starlette.types import ASGIApp

Answers = Callable[[httpx.Request], httpx.Response | None]
Afterwards = Callable[[httpx.Request], Awaitable[None]]


async def nothing(_request: httpx.Request) -> None:
    """A network without faults."""


class Network(httpx.AsyncBaseTransport):
    """Carries a request to the application that has its host.

    Attributes:
        hosts: The applications, by host.
        requests: What was sent, in order: `POST des /v1/accounts`.
        interfere: Answers in an application's place where it returns a response.
        afterwards: Called when an application has answered, before the answer arrives.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, ASGIApp] = {}
        self.requests: list[str] = []
        self.interfere: Answers = lambda _request: None
        self.afterwards: Afterwards = nothing

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url.host} {request.url.path}")
        if (answer := self.interfere(request)) is not None:
            return answer
        response = await httpx.ASGITransport(self.hosts[request.url.host]).handle_async_request(request)
        await self.afterwards(request)
        return response

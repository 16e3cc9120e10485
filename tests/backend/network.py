"""The network of these tests: it carries requests to applications in this process, and has faults."""

from collections.abc import Awaitable, Callable

import httpx
from starlette.types import ASGIApp

from bank_app_sim.simulation.faults import Fault, FaultKind
from bank_app_sim.simulation.network import Network as SimulatedNetwork
from bank_app_sim.timeline.trace import Trace
from bank_app_sim.timeline.traffic import Traffic
from bank_app_sim.timeline.turns import Turns, nobody
from impact_sdk import SystemClock

Answers = Callable[[httpx.Request], httpx.Response | None]
Afterwards = Callable[[httpx.Request], Awaitable[None]]


def own_answer(_request: httpx.Request) -> None:
    """The application answers every request."""


async def nothing(_request: httpx.Request) -> None:
    """Nothing happens after an answer."""


class Network(httpx.AsyncBaseTransport):
    """Carries a request to the application of its host.

    Attributes:
        hosts: The applications, by host.
        requests: What was sent, in order: `POST des /v1/accounts`.
        answer: Answers in the place of an application if it returns a response. It may raise.
        afterwards: Called when an application has answered, before the answer arrives.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, ASGIApp] = {}
        self.requests: list[str] = []
        self.answer: Answers = own_answer
        self.afterwards: Afterwards = nothing
        clock = SystemClock()
        self._network = SimulatedNetwork(traffic=Traffic(), trace=Trace(clock), clock=clock, turns=Turns(nobody))
        self._links = {
            host: self._network.link("anybody", host, httpx.MockTransport(self._arrive)) for host in ("des", "bank")
        }

    def fail(
        self,
        kind: FaultKind = FaultKind.ANSWERED,
        *,
        to: str | None = None,
        what: str | None = None,
        status: int = 503,
        times: int | None = None,
        after: int = 0,
    ) -> None:
        """Let something go wrong: with every message, when the other arguments are left out."""
        fault = Fault(kind=kind, receiver=to, what=what, status=status, times=times, after=after)
        self._network.faults.plan(fault)

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self._network.faults.heal()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url.host} {request.url.path}")
        return await self._links[request.url.host].handle_async_request(request)

    async def _arrive(self, request: httpx.Request) -> httpx.Response:
        if (answer := self.answer(request)) is not None:
            return answer
        response = await httpx.ASGITransport(self.hosts[request.url.host]).handle_async_request(request)
        await self.afterwards(request)
        return response

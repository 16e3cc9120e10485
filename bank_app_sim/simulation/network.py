"""The network between the participants of a world: it carries every message, and fails where it is told to."""

import collections
import itertools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, assert_never

import attrs

from impact_sdk import Clock

from ..timeline.trace import Kind, Trace
from ..timeline.traffic import Traffic
from ..timeline.turns import Turns
from .faults import Fault, FaultKind, Faults
from .unreachable import unreachable

if TYPE_CHECKING:
    import httpx

# The headers that an error of this status has: RFC 9110, 15.5.2 and 15.5.6; RFC 6585, 4; and DES' document.
HEADERS_BY_STATUS = {
    401: {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    405: {"Allow": ""},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "1"},
}


class Died(BaseException):
    """What `kill -9` is to a process: nothing in the process handles it."""


class Transport(Protocol):
    """How bytes travel, as httpx wants it."""

    async def handle_async_request(self, request: "httpx.Request", /) -> "httpx.Response": ...
    async def aclose(self) -> None: ...


class Network:
    """Carries every message of a world, and knows what is on its way.

    Attributes:
        kill: By a participant's name: makes its process die.
        dead: The participants whose processes are dead.
        deaths: How often each participant's process has died.
        answers: Numbers for the answers that the network itself gives.
    """

    def __init__(self, *, traffic: Traffic, trace: Trace, clock: Clock, turns: Turns) -> None:
        self.traffic = traffic
        self.trace = trace
        self.clock = clock
        self.turns = turns
        self.faults = Faults()
        self.kill: dict[str, Callable[[], Awaitable[None]]] = {}
        self.dead: set[str] = set()
        self.deaths: collections.Counter[str] = collections.Counter()
        self.answers = itertools.count(1)

    def link(self, sender: str, receiver: str, transport: Transport, *, base_path: str = "") -> "Link":
        """The way from one participant to another.

        Args:
            transport: Carries a message if nothing goes wrong.
            base_path: The part of the receiver's address before its own paths.
        """
        return Link(network=self, sender=sender, receiver=receiver, transport=transport, base_path=base_path)


@attrs.define(eq=False, kw_only=True)
class Link:
    """A transport for httpx, from one participant to another."""

    network: Network
    sender: str
    receiver: str
    transport: Transport
    base_path: str = ""
    _held_back: "list[tuple[str, httpx.Request, Fault]]" = attrs.field(factory=list, init=False)

    async def handle_async_request(self, request: "httpx.Request") -> "httpx.Response":
        await self._turn(self.sender, "asks", self.receiver, request)
        with self.network.traffic.moving():
            response = await self._carry(request)
        # The answer has a turn of its own: a participant may hear something older than what another has already heard.
        await self._turn(self.receiver, "answers", self.sender, request)
        return response

    async def _turn(self, who: str, does: str, whom: str, request: "httpx.Request") -> None:
        if self.network.turns.are_taken:
            with self.network.traffic.resting():
                await self.network.turns.take(f"{who} {does} {whom} {request.method} {self._path(request)}")

    def _path(self, request: "httpx.Request") -> str:
        return request.url.path.removeprefix(self.base_path)

    async def _carry(self, request: "httpx.Request") -> "httpx.Response":
        if self.network.faults:
            method, path = request.method, self._path(request)
            fault = self.network.faults.strike(self.sender, self.receiver, method, path)
            if fault is not None:
                return await self._struck(fault, request, f"{method} {path.removeprefix('/v1')}")
        return await self._deliver(request)

    async def _deliver(self, request: "httpx.Request") -> "httpx.Response":
        """Let it arrive, and after it what was held back before."""
        response = await self._arrive(request)
        while self._held_back:
            name, held_back, fault = self._held_back.pop(0)
            fault.held_back -= 1
            _, arrives_at_last = FaultKind.HELD_BACK.labels(name)
            self.network.trace.record(self.sender, self.receiver, arrives_at_last, kind="request")
            await self._arrive(held_back)
        return response

    async def _arrive(self, request: "httpx.Request") -> "httpx.Response":
        if self.receiver in self.network.dead:
            await unreachable(request, f"{self.receiver} is not running")
        deaths = self.network.deaths[self.receiver]
        try:
            response = await self.transport.handle_async_request(request)
        except Died:  # in the middle of this request
            await self.network.kill[self.receiver]()
        if self.network.deaths[self.receiver] != deaths:
            raise _unanswered(f"{self.receiver} died before it answered", request)
        return response

    async def _struck(self, fault: Fault, request: "httpx.Request", name: str) -> "httpx.Response":
        match fault.kind:
            case FaultKind.LOST:
                self._note_request(fault, name)
                await unreachable(request, "the network lost it")
            case FaultKind.ANSWERED:
                self._note_request(fault, name)
                self._note(self.receiver, self.sender, f"{fault.status} from the network", "response", fault)
                return self._answer(fault.status, request)
            case FaultKind.HELD_BACK:
                self._note_request(fault, name)
                return self._hold_back(fault, request, name)
            case FaultKind.LATE:
                self._note_request(fault, name)
                with self.network.traffic.resting():
                    await self.network.clock.sleep_until(self.network.clock.now() + fault.delay)
            case FaultKind.DOUBLED:
                self._note_request(fault, name)
                await self._arrive(request)
            case FaultKind.RECEIVER_DIES:
                await self._arrive(request)
                self._note_response(fault, name)
                await self.network.kill[self.receiver]()
                raise _unanswered(f"{self.receiver} died before it answered", request)
            case FaultKind.ANSWER_LOST:
                await self._deliver(request)
                self._note_response(fault, name)
                raise _unanswered("the network lost the answer", request)
            case _:
                assert_never(fault.kind)
        return await self._deliver(request)

    def _hold_back(self, fault: Fault, request: "httpx.Request", name: str) -> "httpx.Response":
        import httpx  # not at the top: a server has to start quickly

        self._held_back.append((name, request, fault))
        fault.held_back += 1
        return httpx.Response(200, request=request)

    def _answer(self, status: int, request: "httpx.Request") -> "httpx.Response":
        """An error as DES' document has all of them: a sentence in JSON, and the headers of its status."""
        import httpx

        sentence = f"{request.method} {self._path(request)} did not arrive: something on the way answers {status}"
        request_id = request.headers.get("x-request-id") or f"network-{next(self.network.answers)}"
        return httpx.Response(
            status,
            headers={"X-Request-Id": request_id, **HEADERS_BY_STATUS.get(status, {})},
            json={"errors": [{"field": "base", "errors": [sentence]}]},
            request=request,
        )

    def _note_request(self, fault: Fault, name: str) -> None:
        self._note(self.sender, self.receiver, fault.kind.labels(name)[0], "request", fault)

    def _note_response(self, fault: Fault, name: str) -> None:
        self._note(self.receiver, self.sender, fault.kind.labels(name)[0], "response", fault)

    def _note(self, sender: str, receiver: str, label: str, kind: Kind, fault: Fault) -> None:
        self.network.trace.record(sender, receiver, label, kind=kind, detail={"fault": fault.kind.value})

    async def aclose(self) -> None:
        await self.transport.aclose()

    async def __aenter__(self) -> "Link":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()


def _unanswered(sentence: str, request: "httpx.Request") -> "httpx.ReadError":
    import httpx

    return httpx.ReadError(sentence, request=request)

"""The network between the participants of a world, and what can go wrong on it."""

import collections
import enum
import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import attrs

from impact_sdk import Clock

from ..timeline.trace import Trace
from ..timeline.traffic import Traffic
from ..timeline.turns import Turns
from .unreachable import unreachable

# What an error of this status comes with: RFC 9110, 15.5.2 and 15.5.6; RFC 6585, 4; and what DES' document says.
HEADERS_BY_STATUS = {
    401: {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    405: {"Allow": ""},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "1"},
}


class Died(BaseException):
    """What `kill -9` is to a process: nothing in it handles this."""


class Trouble(enum.StrEnum):
    """What the network does to a message."""

    LOST = "lost"  # it never arrives
    ANSWER_LOST = "answer lost"  # it arrives, and what comes back does not
    DOUBLED = "doubled"  # it arrives twice
    HELD_BACK = "held back"  # the sender is told that it has arrived, and it does so after the next one of its kind
    LATE = "late"  # it arrives, after a while
    ANSWERED = "answered"  # somebody on the way answers instead: 503, say
    RECEIVER_DIES = "receiver dies"  # it arrives, and the receiver's process dies before it has answered


@attrs.define(kw_only=True)
class Fault:
    """Something that goes wrong with the next messages of a kind.

    Attributes:
        sender: A participant, by its name in the trace; None for any.
        receiver: Likewise.
        what: Method and path, such as `PATCH /transactions/{id}`; None for any.
        times: How many messages it still befalls; None for all that come.
        after: How many messages of this kind pass unharmed before.
        status: What is answered, for `ANSWERED`.
        delay: How late it is, for `LATE`.
        name: What whoever asked for it calls it, to know it again among those that are left.
        struck: How many messages it has befallen.
        held_back: How many messages wait for the one that follows them, for `HELD_BACK`.
    """

    trouble: Trouble = attrs.field(converter=Trouble)
    sender: str | None = None
    receiver: str | None = None
    what: str | None = None
    times: int | None = 1
    after: int = 0
    status: int = 503
    delay: timedelta = timedelta()
    name: str = ""
    struck: int = attrs.field(default=0, init=False)
    held_back: int = attrs.field(default=0, init=False)

    @property
    def is_over(self) -> bool:
        """All of it has happened; of one for all messages, anything."""
        return (self.times == 0 or (self.times is None and self.struck > 0)) and self.held_back == 0

    def befalls(self, sender: str, receiver: str, method: str, path: str) -> bool:
        """Whether it is meant for this message, and not used up."""
        return (
            self.times != 0
            and self.sender in (None, sender)
            and self.receiver in (None, receiver)
            and (self.what is None or is_called(self.what, method, path))
        )


def is_called(what: str, method: str, path: str) -> bool:
    """Whether method and path are what somebody wrote: with the version or without, and with `{id}` for any id."""
    wanted_method, _, wanted_path = what.partition(" ")
    pattern = re.escape(wanted_path.strip()).replace(re.escape("{id}"), "[^/]+")
    plain = path if wanted_path.startswith("/v1/") else path.removeprefix("/v1")
    return wanted_method.upper() == method and re.fullmatch(pattern, plain) is not None


@attrs.frozen(kw_only=True)
class Pending:
    """What was to go wrong, and has not yet.

    Attributes:
        faults: On the network.
        deaths: Points of its work at which the bank's backend was to die.
    """

    faults: Sequence[Fault] = ()
    deaths: Sequence[str] = ()


class Transport(Protocol):
    """How bytes travel, as httpx wants it."""

    async def handle_async_request(self, request: Any) -> Any: ...
    async def aclose(self) -> None: ...


class Network:
    """Carries every message of a world, knows what is on its way, and fails where it is told to."""

    def __init__(self, *, traffic: Traffic, trace: Trace, clock: Clock, turns: Turns) -> None:
        self.traffic = traffic
        self.trace = trace
        self.clock = clock
        self.turns = turns
        self.faults: list[Fault] = []
        # By a participant's name: how to have its process die, which are dead, and how often they have died.
        self.kill: dict[str, Callable[[], Awaitable[None]]] = {}
        self.dead: set[str] = set()
        self.deaths: collections.Counter[str] = collections.Counter()
        # Numbers of what somebody on the way has answered.
        self.answers = itertools.count(1)

    def line(self, sender: str, receiver: str, transport: Transport, *, base_path: str = "") -> "Line":
        """The way from one participant to another.

        Args:
            transport: What carries a message when nothing goes wrong.
            base_path: What the receiver's address has before its own paths.
        """
        return Line(network=self, sender=sender, receiver=receiver, transport=transport, base_path=base_path)

    @property
    def pending(self) -> list[Fault]:
        """What was to go wrong, and has not yet, or not wholly."""
        return [fault for fault in self.faults if not fault.is_over]

    def strikes(self, sender: str, receiver: str, method: str, path: str) -> Fault | None:
        """What goes wrong with this message, if anything does; it is used up by that."""
        for fault in self.faults:
            if fault.befalls(sender, receiver, method, path):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.struck += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


@attrs.define(eq=False, kw_only=True)
class Line:
    """A transport for httpx."""

    network: Network
    sender: str
    receiver: str
    transport: Transport
    base_path: str = ""
    _held_back: list[tuple[str, Any, Fault]] = attrs.field(factory=list, init=False)

    async def handle_async_request(self, request: Any) -> Any:
        await self._turn(self.sender, "asks", self.receiver, request)
        with self.network.traffic.moving():
            response = await self._carry(request)
        # The answer has a turn of its own: what one hears may be older than what another has heard before.
        await self._turn(self.receiver, "answers", self.sender, request)
        return response

    async def _turn(self, who: str, does: str, whom: str, request: Any) -> None:
        if self.network.turns.are_taken:
            with self.network.traffic.resting():
                await self.network.turns.take(f"{who} {does} {whom} {request.method} {self._path(request)}")

    def _path(self, request: Any) -> str:
        path: str = request.url.path
        return path.removeprefix(self.base_path)

    async def _carry(self, request: Any) -> Any:
        if self.network.faults:
            method, path = request.method, self._path(request)
            fault = self.network.strikes(self.sender, self.receiver, method, path)
            if fault is not None:
                return await self._struck(fault, request, f"{method} {path.removeprefix('/v1')}")
        return await self._deliver(request)

    async def _deliver(self, request: Any) -> Any:
        """As it should be; and what was held back before comes after it."""
        response = await self._arrive(request)
        while self._held_back:
            what, held_back, fault = self._held_back.pop(0)
            fault.held_back -= 1
            self.network.trace.record(self.sender, self.receiver, f"{what} arrives at last", kind="request")
            await self._arrive(held_back)
        return response

    async def _arrive(self, request: Any) -> Any:
        import httpx  # not at the top: a server is to be up first

        if self.receiver in self.network.dead:
            await unreachable(request, f"{self.receiver} is not running")
        deaths = self.network.deaths[self.receiver]
        try:
            response = await self.transport.handle_async_request(request)
        except Died:  # in the middle of this
            await self.network.kill[self.receiver]()
        if self.network.deaths[self.receiver] != deaths:
            raise httpx.ReadError(f"{self.receiver} died before it answered", request=request)
        return response

    async def _struck(self, fault: Fault, request: Any, what: str) -> Any:
        import httpx

        match fault.trouble:
            case Trouble.LOST:
                self._note(self.sender, self.receiver, f"{what} is lost", "request", fault)
                await unreachable(request, "the network lost it")
            case Trouble.ANSWERED:
                self._note(self.sender, self.receiver, f"{what} is stopped on its way", "request", fault)
                self._note(self.receiver, self.sender, f"{fault.status} from the network", "response", fault)
                return self._answer_of_somebody_else(fault.status, request)
            case Trouble.HELD_BACK:
                self._note(self.sender, self.receiver, f"{what} is held back", "request", fault)
                self._held_back.append((what, request, fault))
                fault.held_back += 1
                return httpx.Response(200, request=request)
            case Trouble.LATE:
                self._note(self.sender, self.receiver, f"{what} is late", "request", fault)
                with self.network.traffic.resting():
                    await self.network.clock.sleep_until(self.network.clock.now() + fault.delay)
            case Trouble.DOUBLED:
                self._note(self.sender, self.receiver, f"{what} is doubled", "request", fault)
                await self._arrive(request)
            case Trouble.RECEIVER_DIES:
                await self._arrive(request)
                self._note(self.receiver, self.sender, f"the answer to {what} is lost", "response", fault)
                await self.network.kill[self.receiver]()
                raise httpx.ReadError(f"{self.receiver} died before it answered", request=request)
            case Trouble.ANSWER_LOST:
                await self._deliver(request)
                self._note(self.receiver, self.sender, f"the answer to {what} is lost", "response", fault)
                raise httpx.ReadError("the network lost the answer", request=request)
        return await self._deliver(request)

    def _answer_of_somebody_else(self, status: int, request: Any) -> Any:
        """As the document of DES has every error: a sentence in JSON, and the headers that go with its status."""
        import httpx

        sentence = f"{request.method} {self._path(request)} did not arrive: something on the way answers {status}"
        named = request.headers.get("x-request-id") or f"network-{next(self.network.answers)}"
        return httpx.Response(
            status,
            headers={"X-Request-Id": named, **HEADERS_BY_STATUS.get(status, {})},
            json={"errors": [{"field": "base", "errors": [sentence]}]},
            request=request,
        )

    def _note(self, sender: str, receiver: str, label: str, kind: Any, fault: Fault) -> None:
        self.network.trace.record(sender, receiver, label, kind=kind, detail={"fault": fault.trouble.value})

    async def aclose(self) -> None:
        await self.transport.aclose()

    async def __aenter__(self) -> "Line":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

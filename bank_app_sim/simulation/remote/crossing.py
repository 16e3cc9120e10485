"""How the phones of a world reach its actors over TCP, and how the player counts what is on the way."""

import contextlib
import itertools
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import datetime
from urllib.parse import quote

import anyio
import attrs
import httpx

from ...timeline.clock import moment
from ...timeline.trace import user
from ...timeline.traffic import Traffic
from ...timeline.turns import BRANCH
from ..unreachable import unreachable
from . import headers

# Simulated days pass in an instant, or time stands still: no limit on the machine's clock makes sense.
_PATIENT = {"connect": 5.0, "read": None, "write": None, "pool": None}


class InFlight:
    """The requests that are on their way to the sandbox, or whose answers are on their way back."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.last = 0
        self.now: set[int] = set()
        self._landed = anyio.Event()

    @contextlib.contextmanager
    def flying(self) -> Iterator[int]:
        """One more request is on its way until the end of the block; gives its number."""
        self.last = number = next(self._numbers)
        self.now.add(number)
        try:
            yield number
        finally:
            self.now.discard(number)
            self._landed.set()
            self._landed = anyio.Event()

    async def landed(self, numbers: Collection[int]) -> None:
        """Return when none of these requests is on its way any more."""
        while not self.now.isdisjoint(numbers):
            await self._landed.wait()


@attrs.define(eq=False, kw_only=True)
class Crossing:
    """A transport for httpx, from a participant on this side to an actor at the sandbox.

    A request does not count as traffic on this side: time may pass at the sandbox while it is in flight, but only if
    this side says so.

    Attributes:
        hand_over: Sends the sandbox the messages that this side has recorded.
        takes_turns: Whether messages go one at a time now.
        is_now: Called with the moment of an answer. The clock on this side may be behind it.
    """

    sender: str
    transport: httpx.AsyncBaseTransport
    in_flight: InFlight
    traffic: Traffic
    hand_over: Callable[[], Awaitable[None]]
    takes_turns: Callable[[], bool]
    is_now: Callable[[datetime], None]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with self.traffic.moving():
            await self.hand_over()
        with self.in_flight.flying() as number:
            request.headers[headers.SENDER] = self.sender
            request.headers[headers.NUMBER] = str(number)
            if user():
                request.headers[headers.USER] = quote(user(), safe="")
            if self.takes_turns():
                request.headers[headers.BRANCH] = quote(BRANCH.get(), safe="")
            # httpx's trace would tell of the way to the sandbox, which is not the way in the world.
            trace = request.extensions.get("trace")
            request.extensions = {"timeout": _PATIENT}
            answer, content = await self._exchanged(request, number)
            if headers.NOW in answer.headers:
                self.is_now(moment(answer.headers[headers.NOW]))
        if trace is not None:
            request.extensions["trace"] = trace
        return await self._as_it_was(answer, content, request)

    async def _exchanged(self, request: httpx.Request, number: int) -> tuple[httpx.Response, bytes]:
        """The answer and its content, over the network."""
        answered: list[tuple[httpx.Response, bytes]] = []
        failed: list[Exception] = []
        is_over = anyio.Event()

        async def exchange() -> None:
            try:
                answer = await self.transport.handle_async_request(request)
                answered.append((answer, await answer.aread()))
            except Exception as error:  # raised below: a task group would put it into a group
                failed.append(error)
            is_over.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange)
            try:
                await is_over.wait()
            except BaseException:
                # Given up. To hang up takes a while, and the sandbox must not go on with the request meanwhile.
                self.in_flight.now.discard(number)
                raise
        if failed:
            raise failed[0]
        return answered[0]

    async def _as_it_was(self, answer: httpx.Response, content: bytes, request: httpx.Request) -> httpx.Response:
        """Raise here what the network of the world has raised there."""
        match answer.headers.get(headers.NETWORK):
            case headers.NOT_SENT:
                await unreachable(request, _sentence(answer))
            case headers.NO_ANSWER:
                raise httpx.ReadError(_sentence(answer), request=request)
        if headers.WORLD in answer.headers:
            await unreachable(request, _sentence(answer))
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)

    async def aclose(self) -> None:
        """The world closes the connections."""

    async def __aenter__(self) -> "Crossing":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()


def _sentence(answer: httpx.Response) -> str:
    sentence: str = answer.json()["errors"][0]["errors"][0]
    return sentence

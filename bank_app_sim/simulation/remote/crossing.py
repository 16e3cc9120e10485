"""How the phones of a world reach its actors over TCP, and how its player knows what is on the way."""

import contextlib
import itertools
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import datetime
from typing import Any
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

# Days pass in an instant, and an instant may take a while: no time limit by the machine's clock makes sense.
_PATIENT = {"connect": 5.0, "read": None, "write": None, "pool": None}


class InFlight:
    """The requests that are on their way to the sandbox, or answered there and not here yet."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.last = 0
        self.now: set[int] = set()
        self._landed = anyio.Event()

    @contextlib.contextmanager
    def flying(self) -> Iterator[int]:
        """One more, with its number, as long as the block lasts."""
        self.last = number = next(self._numbers)
        self.now.add(number)
        try:
            yield number
        finally:
            self.now.discard(number)
            self._landed.set()
            self._landed = anyio.Event()

    async def landed(self, numbers: Collection[int]) -> None:
        """Return when none of these is on its way any more."""
        while not self.now.isdisjoint(numbers):
            await self._landed.wait()


@attrs.define(eq=False, kw_only=True)
class Crossing:
    """A transport for httpx: the way from one participant, here, to an actor, there.

    Time may pass there while a request is in flight, and does so only when this side says so; therefore a request does
    not count as traffic here.

    Attributes:
        hand_over: Tells the sandbox what was said on this side until now.
        takes_turns: Whether messages go one at a time now.
        is_now: Is told the moment at which an answer was given: here it may be earlier still.
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
            # How it travels to the sandbox is nobody's evidence of how it travels in the world.
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
            except Exception as error:  # to be raised as it is, and not in a group of one
                failed.append(error)
            is_over.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange)
            try:
                await is_over.wait()
            except BaseException:
                # Given up. To hang up takes a while, and the sandbox is not to let it go on meanwhile.
                self.in_flight.now.discard(number)
                raise
        if failed:
            raise failed[0]
        return answered[0]

    async def _as_it_was(self, answer: httpx.Response, content: bytes, request: httpx.Request) -> httpx.Response:
        """What the network of the world has made of it, here as there."""
        match answer.headers.get(headers.NETWORK):
            case headers.NOT_SENT:
                await unreachable(request, _sentence(answer))
            case headers.NO_ANSWER:
                raise httpx.ReadError(_sentence(answer), request=request)
        if headers.WORLD in answer.headers:
            await unreachable(request, _sentence(answer))
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)

    async def aclose(self) -> None:
        """The connections are the world's, which closes them."""

    async def __aenter__(self) -> "Crossing":
        return self

    async def __aexit__(self, *_error: Any) -> None:
        await self.aclose()


def _sentence(answer: httpx.Response) -> str:
    sentence: str = answer.json()["errors"][0]["errors"][0]
    return sentence

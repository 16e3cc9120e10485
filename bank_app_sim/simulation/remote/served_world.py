"""ServedWorld: a simulation for a player outside, who sends it requests and lets its time pass."""

import contextlib
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio
import attrs

from ...server.http.answers import Refused
from ...timeline.clock import SimulatedClock
from ...timeline.trace import of_user
from ...timeline.turns import BRANCH
from .. import Simulation
from ..network import Transport
from .flights import Flights

if TYPE_CHECKING:
    import httpx


@attrs.frozen(kw_only=True)
class ForwardedRequest:
    """A player's request to one of the actors.

    Attributes:
        sender: The sender's name in the trace.
        url: Path and query, as the player sent them.
        number: The player's number for it; None if the player does not number its requests.
        branch: The branch of a journey that takes its turn with it; None if nobody takes turns.
        user: The user whose phone sent it; empty if that is not known.
    """

    sender: str
    receiver: str
    method: str
    url: str
    headers: Sequence[tuple[bytes, bytes]] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    number: int | None = None
    branch: str | None = None
    user: str = ""


@attrs.frozen(kw_only=True)
class NoAnswer:
    """A request got no response from the receiver.

    Attributes:
        was_sent: Whether the request may have arrived.
        why: A sentence.
    """

    was_sent: bool
    why: str


@attrs.frozen(kw_only=True)
class TimeGoal:
    """How far a player wants time to pass.

    Attributes:
        to: The moment; None for the next moment that anything waits for, here or on the player's side.
        sleepers: The moments that the player's side waits for, by growing numbers. Of two that wait for the same
            moment, here or there, the one that began to wait first is first.
        in_flight: Numbers of the requests that the player waits for. Time stops when one of them is answered.
        last: The highest number so far.
        turns: Whether the player takes turns.
        waiting: What waits for a turn on the player's side: branch and name.
    """

    to: datetime | None = None
    sleepers: Sequence[tuple[int, datetime]] = ()
    in_flight: Set[int] = frozenset()
    last: int = 0
    turns: bool = False
    waiting: Sequence[tuple[str, str]] = ()


@attrs.frozen(kw_only=True)
class TimePassed:
    """How far time has passed.

    Attributes:
        answered: Numbers of the player's requests that are answered.
        woken: Numbers of the `sleepers` whose moment has come.
        turn: The place in `waiting` whose turn it is; None if it is nobody's turn.
        is_idle: Nothing in the world waits for a moment.
    """

    now: datetime
    answered: Set[int]
    woken: Sequence[int]
    turn: int | None
    is_idle: bool


class ServedWorld:
    """A simulation whose phones are on the player's side.

    Call it only on the event loop on which you entered it.
    """

    def __init__(self, simulation: Simulation) -> None:
        assert isinstance(simulation.clock, SimulatedClock)
        self.simulation = simulation
        self.clock = simulation.clock
        self._flights = Flights()
        self._links: dict[tuple[str, str], Transport] = {}
        self._turns_taken = contextlib.ExitStack()
        self._takes_turns = False
        # Only its holder may ask whether everything is quiet.
        self._time = anyio.Lock()
        self._unsettled: list[anyio.Event] = []
        self._sleepers: dict[int, anyio.CancelScope] = {}
        self._woken: list[int] = []
        self._tasks = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        self.clock.drive()
        await self.simulation.__aenter__()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._tasks.cancel_scope.cancel()
        try:
            await self._tasks.__aexit__(kind, error, traceback)
        finally:
            await self.simulation.__aexit__(kind, error, traceback)

    async def carry(self, carried: ForwardedRequest) -> "httpx.Response | NoAnswer":
        """The response to a request, as httpx has it, or `NoAnswer`.

        It comes when everything that the request caused has finished, or when it is the response's turn. So the order
        of events does not depend on the speed of a computer.
        """
        if carried.number is not None:
            self._take_turns(carried.branch is not None)
        BRANCH.set(carried.branch or "")
        answer: httpx.Response | NoAnswer = NoAnswer(was_sent=True, why="the player has stopped waiting for it")
        with self._flights.arrival(carried.number):
            with of_user(carried.user):
                answer = await self._deliver(carried)
            if not self._takes_turns:
                await self._settled()
        return answer

    async def ended(self) -> None:
        """Return when the world has ended: it was closed, or an error ended it."""
        await self.simulation.ended()

    async def _deliver(self, carried: ForwardedRequest) -> "httpx.Response | NoAnswer":
        import httpx

        try:
            url = httpx.URL(f"http://{carried.receiver}{carried.url}")
        except httpx.InvalidURL as error:
            raise Refused(400, {"base": [f"the path cannot be read: {error}"]}) from error
        request = httpx.Request(carried.method, url, headers=carried.headers, content=carried.body)
        try:
            return await self._link(carried.sender, carried.receiver).handle_async_request(request)
        except httpx.ConnectError as error:
            return NoAnswer(was_sent=False, why=str(error))
        except httpx.ReadError as error:
            return NoAnswer(was_sent=True, why=str(error))

    def _link(self, sender: str, receiver: str) -> Transport:
        if (sender, receiver) not in self._links:
            self._links[sender, receiver] = self.simulation.way(sender, receiver)
        return self._links[sender, receiver]

    def _take_turns(self, wanted: bool) -> None:
        if wanted and not self._takes_turns:
            self._turns_taken.enter_context(self.simulation.turns.taken())
        elif not wanted:
            self._turns_taken.close()
        self._takes_turns = wanted

    async def let_pass(self, going: TimeGoal) -> TimePassed:
        """Let time pass. Everything that becomes due is done, in order."""
        async with self._time:
            # Requests that the player has given up must end before anything else takes its turn.
            self._flights.expect(going.in_flight, last=going.last)
            self._take_turns(going.turns)
            await self._flights.arrived()
            self._have_sleep(dict(going.sleepers))
            turns: list[int] = []
            async with anyio.create_task_group() as waiting:
                for place, (branch, name) in enumerate(going.waiting):
                    waiting.start_soon(self._wait_for_turn, place, branch, name, turns)
                await self._run(going, turns)
                waiting.cancel_scope.cancel()
        self._see_to_the_unsettled()
        return TimePassed(
            now=self.clock.now(),
            answered=self._flights.landed,
            woken=tuple(self._woken),
            turn=turns[0] if turns else None,
            is_idle=self.clock.next_due is None,
        )

    async def _run(self, going: TimeGoal, turns: Sequence[int]) -> None:
        def is_over() -> bool:
            return bool(turns or self._woken or self._flights.landed)

        to = going.to
        if to is None and not going.sleepers:
            await self.clock.run(is_over, instead=self._let_somebody_go, until=self.clock.now())
            to = self.clock.next_due or self.clock.now()
        if not is_over():
            await self.clock.run(is_over, instead=self._let_somebody_go, until=to)

    def _have_sleep(self, sleepers: Mapping[int, datetime]) -> None:
        """Start a task here for each sleeper on the player's side."""
        self._woken.clear()
        for number in self._sleepers.keys() - sleepers.keys():
            self._sleepers.pop(number).cancel()
        for number in sorted(sleepers.keys() - self._sleepers.keys()):
            self._sleepers[number] = anyio.CancelScope()
            self._tasks.start_soon(self._sleep, number, sleepers[number])

    async def _sleep(self, number: int, moment: datetime) -> None:
        with self._sleepers[number]:
            await self.clock.rest_until(moment)
            del self._sleepers[number]
            self._woken.append(number)

    async def _wait_for_turn(self, place: int, branch: str, name: str, turns: list[int]) -> None:
        BRANCH.set(branch)
        await self.simulation.turns.take(name)
        turns.append(place)

    def _let_somebody_go(self) -> bool:
        settled, self._unsettled = self._unsettled, []
        for event in settled:
            event.set()
        return bool(settled) or self.simulation.turns.give()

    async def _settled(self) -> None:
        """Return when everything is quiet."""
        event = anyio.Event()
        self._unsettled.append(event)
        if not self._time.locked():
            self._see_to_the_unsettled()
        await event.wait()

    def _see_to_the_unsettled(self) -> None:
        if self._unsettled:
            self._tasks.start_soon(self._settle)

    async def _settle(self) -> None:
        async with self._time:
            if self._unsettled:
                await self.clock.quiet()
                self._let_somebody_go()
        self._see_to_the_unsettled()

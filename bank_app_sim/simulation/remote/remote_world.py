"""RemoteWorld: a world on a served sandbox, with its phones in this process."""

import contextlib
import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
import anyio.abc
import httpx

from impact_sdk import ClientCredentials, ImpactAPI

from ...app import BankApp
from ...timeline.clock import SimulatedClock, moment
from ...timeline.sleepers import Sleepers
from ...timeline.trace import Message, Trace
from ...timeline.traffic import Traffic
from ...timeline.turns import Turns, nobody
from ..faults import Fault, Pending
from ..money import move_money
from ..phones import Answers, Phones, always_yes
from ..settings import SettingsKeywords, settings_of
from ..streams import Streams
from . import pending
from .crossing import Crossing, InFlight
from .remote_clock import RemoteAhead
from .sandbox_client import SandboxClient, SandboxError, WorldClient, client, transport
from .settings import as_json

logger = logging.getLogger(__name__)


class RemoteWorld:
    """A world in simulated time on a served sandbox; its phones, with the SDK, are in this process.

    The sandbox makes the world when you enter it, and deletes it when you leave. DES and the bank's backend are reached
    over TCP; they keep their data in SQLite files or in PostgreSQL, as the sandbox does. Use the world as a
    `Simulation`, on asyncio or trio. It needs an event loop of its own: the clock would wait for other tasks.

    Args:
        url: The sandbox's `des_url`.
        seed: As in `Simulation`.
        settings: As in `Simulation`.

    Raises:
        TypeError: There is no such setting.
        SandboxError: On entering: no sandbox answers, it has another version, or it makes no more worlds.
    """

    clock: SimulatedClock
    trace: Trace
    api: ImpactAPI
    _plane: WorldClient
    _phones: Phones
    _tcp: httpx.AsyncHTTPTransport

    def __init__(self, url: str, *, seed: int = 0, **settings: Unpack[SettingsKeywords]) -> None:
        self._url = url.rstrip("/")
        self._settings = as_json(seed, settings_of("RemoteWorld", settings))
        self._streams = Streams(str(seed))
        self._stack = contextlib.AsyncExitStack()
        self.turns = Turns(nobody)
        self._traffic = Traffic()
        self._in_flight = InFlight()
        self._messages: list[Message] = []
        self._to_hand_over: list[Message] = []
        self._handing_over = anyio.Lock()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(client(self._url))
            self._plane = await SandboxClient(self._url, http).make(self._settings)
            stack.push_async_callback(self._delete)
            self._tcp = tcp = transport(self._url)
            stack.push_async_callback(tcp.aclose)
            self.clock = self._make_clock()
            self.trace = Trace(self.clock)
            self.trace.listen(self._to_hand_over.append)
            self.api = self._make_api()
            stack.push_async_callback(self.api.aclose)
            tasks = await stack.enter_async_context(anyio.create_task_group())
            self._stack = stack.pop_all()
        self._phones = self._make_phones(tasks, self._stack)  # the stack that the world's end unwinds
        return self

    def _make_clock(self) -> SimulatedClock:
        sleepers = Sleepers()
        ahead = RemoteAhead(sleepers=sleepers, in_flight=self._in_flight, turns=self.turns, go=self._go)
        return SimulatedClock(moment(self._plane.world["now"]), traffic=self._traffic, sleepers=sleepers, ahead=ahead)

    def _make_api(self) -> ImpactAPI:
        world = self._plane.world
        return ImpactAPI(
            world["des_url"],
            auth=ClientCredentials(world["client_id"], world["client_secret"]),
            clock=self.clock,
            source=self._streams.of("api"),
            transport=self._way("bank_backend"),
        )

    def _make_phones(self, tasks: anyio.abc.TaskGroup, stack: contextlib.AsyncExitStack) -> Phones:
        world = self._plane.world
        return Phones(
            des_url=world["des_url"],
            backend_url=world["backend_url"],
            client_id=world["client_id"],
            to_des=lambda: self._way("sdk"),
            to_backend=lambda: self._way("bank_app"),
            clock=self.clock,
            trace=self.trace,
            streams=self._streams,
            tasks=tasks,
            stack=stack,
        )

    def _way(self, sender: str) -> Crossing:
        """A transport for the messages of one participant."""
        return Crossing(
            sender=sender,
            transport=self._tcp,
            in_flight=self._in_flight,
            traffic=self._traffic,
            hand_over=self._hand_over,
            takes_turns=lambda: self.turns.are_taken,
            is_now=self.clock.be_at_least,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def id(self) -> str:
        """The world's name at the sandbox."""
        return str(self._plane.world["id"])

    def bank_app(self, customer: str, *, answers: Answers = always_yes) -> BankApp:
        """As in `Simulation`."""
        return self._phones.app(customer, answers=answers)

    async def kill_app(self, customer: str) -> None:
        """As in `Simulation`."""
        await self._phones.kill_app(customer)

    async def kill_des(self, *, stays_down: timedelta = timedelta()) -> None:
        """As in `Simulation`."""
        await self._ask("POST", "/deaths", {"of": "des", "stays_down_seconds": stays_down.total_seconds()})

    async def kill_backend(self, *, stays_down: timedelta = timedelta()) -> None:
        """As in `Simulation`."""
        await self._ask("POST", "/deaths", {"of": "bank_backend", "stays_down_seconds": stays_down.total_seconds()})

    async def crash_backend_at(self, point: str) -> None:
        """As in `Simulation`."""
        await self._ask("POST", "/deaths", {"of": "bank_backend", "at": point})

    async def fail(self, fault: Fault) -> None:
        """As in `Simulation`. The whole network is at the sandbox, the links of the phones too."""
        await self._ask("POST", "/faults", pending.fault_fields(fault))

    async def heal(self) -> None:
        """As in `Simulation`."""
        await self._ask("DELETE", "/faults")

    async def pending(self) -> Pending:
        """As in `Simulation`."""
        return pending.from_json(await self._ask("GET", "/faults"))

    async def bank_decides(self, *, after: timedelta | None = None, refuses: Collection[str] | None = None) -> None:
        """As in `Simulation`."""
        given = {
            "decision_after_seconds": None if after is None else after.total_seconds(),
            "refuses": None if refuses is None else sorted(refuses),
        }
        await self._ask("PATCH", "/bank", {name: value for name, value in given.items() if value is not None})

    async def bank_decides_now(self) -> None:
        """As in `Simulation`."""
        await self._ask("PATCH", "/bank", {"decides_now": True})

    async def move_money(self, account: str, amount_cents: int, *, kind: str, reference: str) -> None:
        """As in `Simulation`."""
        movement = {"account": account, "amount_cents": amount_cents, "kind": kind, "reference": reference}
        await move_money(self._way("bank_app"), self._plane.world["backend_url"], movement)

    async def messages(self) -> list[Message]:
        """As in `Simulation`: the messages of both sides, in one order."""
        has_more = True
        while has_more:
            new = await self._ask("GET", f"/messages?after={len(self._messages)}")
            self._messages += [Message.from_json(message) for message in new["messages"]]
            has_more = new["has_more"]
        return list(self._messages)

    async def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """As in `Simulation`."""
        state: dict[str, dict[str, dict[str, Any]]] = (await self._ask("GET", "/state"))["state"]
        return state

    async def _ask(self, method: str, what: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Send one operation. No time passes until it is answered."""
        with self._traffic.moving():
            await self._hand_over()
            return await self._plane.ask(method, what, body)

    async def _go(self, going: Mapping[str, Any]) -> Mapping[str, Any]:
        await self._hand_over()
        clock: Mapping[str, Any] = (await self._plane.ask("POST", "/clock", going))["clock"]
        return clock

    async def _hand_over(self) -> None:
        """Send the messages of this side to the sandbox, before they have an effect there."""
        async with self._handing_over:
            if self._to_hand_over:
                told = [message.as_json() for message in self._to_hand_over]
                self._to_hand_over.clear()
                fields = ("from", "to", "label", "kind", "detail", "user", "branch")
                body = {"messages": [{field: message[field] for field in fields} for message in told]}
                await self._plane.ask("POST", "/messages", body)

    async def _delete(self) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self._plane.ask("DELETE")
            except SandboxError as error:
                logger.warning("a world could not be deleted: %s", error)

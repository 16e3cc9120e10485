"""RemoteWorld: a world on a served sandbox, with its phones here."""

import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

import anyio

from impact_sdk import ClientCredentials, ImpactAPI

from ...timeline.clock import SimulatedClock, moment
from ...timeline.sleepers import Sleepers
from ...timeline.trace import Message, Trace
from ...timeline.traffic import Traffic
from ...timeline.turns import Turns, nobody
from .. import BankApp
from ..faults import Fault, Pending
from ..money import move_money
from ..phones import Answers, Phones, always_yes
from ..settings import SettingsKeywords, WorldSettings
from ..streams import Streams
from . import pending
from .crossing import Crossing, InFlight
from .remote_clock import RemoteAhead
from .sandbox import Sandbox, SandboxError, WorldPlane, client, transport
from .settings import as_json

logger = logging.getLogger(__name__)


class RemoteWorld:
    """A world in simulated time that a served sandbox makes and throws away; phones and SDK are in this process.

    DES and the bank's backend are reached over TCP, and write things down in SQLite files or PostgreSQL, as the sandbox
    does. It is played in as a `Simulation` is, on asyncio or trio. It needs an event loop of its own: others at work on
    the same one would be taken for its own, and slow it down.

    Args:
        url: The sandbox's `des_url`.
        seed: As `Simulation` has it, as are all the others.
        settings: What else a `Simulation` can be given, but for what only makes sense in this process.

    Raises:
        TypeError: There is no such setting.
        SandboxError: On entering: nothing is there, or something else, or another version, or no world can be made.
    """

    def __init__(self, url: str, *, seed: int = 0, **settings: Unpack[SettingsKeywords]) -> None:
        self._url = url.rstrip("/")
        self._settings = as_json(seed, WorldSettings(**settings))
        self._streams = Streams(str(seed))
        self._stack = contextlib.AsyncExitStack()
        self._plane: WorldPlane
        self.clock: SimulatedClock
        self.trace: Trace
        self.api: ImpactAPI
        self.turns = Turns(nobody)
        self._traffic = Traffic()
        self._in_flight = InFlight()
        self._messages: list[Message] = []
        self._to_hand_over: list[Message] = []
        self._handing_over = anyio.Lock()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(client(self._url))
            self._plane = await Sandbox(self._url, http).make(self._settings)
            stack.push_async_callback(self._delete)
            world = self._plane.world
            sleepers = Sleepers()
            ahead = RemoteAhead(sleepers=sleepers, in_flight=self._in_flight, turns=self.turns, go=self._go)
            self.clock = SimulatedClock(moment(world["now"]), traffic=self._traffic, sleepers=sleepers, ahead=ahead)
            self.trace = Trace(self.clock)
            self.trace.listen(self._to_hand_over.append)
            tcp = transport(self._url)
            stack.push_async_callback(tcp.aclose)
            tasks = await stack.enter_async_context(anyio.create_task_group())

            def way(sender: str) -> Callable[[], Crossing]:
                return lambda: Crossing(
                    sender=sender,
                    transport=tcp,
                    in_flight=self._in_flight,
                    traffic=self._traffic,
                    hand_over=self._hand_over,
                    takes_turns=lambda: self.turns.are_taken,
                    is_now=self.clock.be_at_least,
                )

            self.api = ImpactAPI(
                world["des_url"],
                auth=ClientCredentials(world["client_id"], world["client_secret"]),
                clock=self.clock,
                source=self._streams.of("api"),
                transport=way("bank_backend")(),
            )
            stack.push_async_callback(self.api.aclose)
            self._to_backend = way("bank_app")
            self._stack = stack.pop_all()
        self._phones = Phones(
            des_url=world["des_url"],
            backend_url=world["backend_url"],
            client_id=world["client_id"],
            to_des=way("sdk"),
            to_backend=self._to_backend,
            clock=self.clock,
            trace=self.trace,
            streams=self._streams,
            tasks=tasks,
            stack=self._stack,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def id(self) -> str:
        """What the sandbox calls it."""
        return str(self._plane.world["id"])

    def bank_app(self, customer: str, *, answers: Answers = always_yes) -> BankApp:
        """As `Simulation` has it."""
        return self._phones.app(customer, answers=answers)

    async def kill_app(self, customer: str) -> None:
        """As `Simulation` has it."""
        await self._phones.kill_app(customer)

    async def kill_des(self, *, stays_down: timedelta = timedelta()) -> None:
        """As `Simulation` has it."""
        await self._ask("POST", "/deaths", {"of": "des", "stays_down_seconds": stays_down.total_seconds()})

    async def kill_backend(self, *, stays_down: timedelta = timedelta()) -> None:
        """As `Simulation` has it."""
        await self._ask("POST", "/deaths", {"of": "bank_backend", "stays_down_seconds": stays_down.total_seconds()})

    async def crash_backend_at(self, point: str) -> None:
        """As `Simulation` has it."""
        await self._ask("POST", "/deaths", {"of": "bank_backend", "at": point})

    async def fail(self, fault: Fault) -> None:
        """As `Simulation` has it. All of the network is at the sandbox, the lines of the phones included."""
        await self._ask("POST", "/faults", pending.fault_fields(fault))

    async def heal(self) -> None:
        """As `Simulation` has it."""
        await self._ask("DELETE", "/faults")

    async def pending(self) -> Pending:
        """As `Simulation` has it."""
        return pending.from_json(await self._ask("GET", "/faults"))

    async def bank_decides(self, *, after: timedelta | None = None, refuses: Collection[str] | None = None) -> None:
        """As `Simulation` has it."""
        given = {
            "decision_after_seconds": None if after is None else after.total_seconds(),
            "refuses": None if refuses is None else sorted(refuses),
        }
        await self._ask("PATCH", "/bank", {name: value for name, value in given.items() if value is not None})

    async def bank_decides_now(self) -> None:
        """As `Simulation` has it."""
        await self._ask("PATCH", "/bank", {"decides_now": True})

    async def move_money(self, account: str, amount_cents: int, *, kind: str, reference: str) -> None:
        """As `Simulation` has it."""
        movement = {"account": account, "amount_cents": amount_cents, "kind": kind, "reference": reference}
        await move_money(self._to_backend(), self._plane.world["backend_url"], movement)

    async def messages(self) -> list[Message]:
        """As `Simulation` has it: what was said here and there, in the one order in which it was."""
        has_more = True
        while has_more:
            new = await self._ask("GET", f"/messages?after={len(self._messages)}")
            self._messages += [Message.from_json(message) for message in new["messages"]]
            has_more = new["has_more"]
        return list(self._messages)

    async def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """As `Simulation` has it."""
        state: dict[str, dict[str, dict[str, Any]]] = (await self._ask("GET", "/state"))["state"]
        return state

    async def _ask(self, method: str, what: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """One operation; no time passes meanwhile."""
        with self._traffic.moving():
            await self._hand_over()
            return await self._plane.ask(method, what, body)

    async def _go(self, going: Mapping[str, Any]) -> Mapping[str, Any]:
        await self._hand_over()
        clock: Mapping[str, Any] = (await self._plane.ask("POST", "/clock", going))["clock"]
        return clock

    async def _hand_over(self) -> None:
        """Tell the sandbox what was said on this side, before anything comes of it there."""
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
                logger.warning("a world could not be thrown away: %s", error)

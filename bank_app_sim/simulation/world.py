"""World: what a world in simulated time and a served one have in common."""

import abc
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.abc

from impact_sdk import Clock, Hook, ImpactAPI

from ..backend import BankBackend
from ..des import DES, Tenant
from ..timeline.trace import Message, Trace
from ..timeline.traffic import Traffic
from ..timeline.turns import Turns
from . import our_bank
from .actors import Actors
from .client import Client
from .errors import SimulationError
from .held import Held
from .money import move_money
from .network import Network
from .phones import HALF_AN_HOUR, Answers, Phones, always_yes
from .processes import State
from .settings import WorldSettings
from .streams import Streams

if TYPE_CHECKING:
    from impact_sdk import ImpactSDK

    from ..app import BankApp


class World(abc.ABC):
    """One bank, its users' phones, and a sandbox of DES.

    `Simulation` is a world in this process, `ServedSimulation` one over TCP. Open it with `async with`. You may open it
    in one task and close it in another, as fixtures do. An error inside the world is raised where you close it.
    """

    tenant = our_bank.TENANT
    client_id = our_bank.CLIENT_ID
    clock: Clock
    # How often `until()` looks.
    looks_every: timedelta
    _actors: Actors
    _phones: Phones

    def __init__(
        self,
        settings: WorldSettings,
        *,
        clock: Clock,
        traffic: Traffic,
        streams: Streams,
        keep: int | None,
        tenants: Sequence[Tenant],
        crash: Callable[[str], None],
    ) -> None:
        our_bank.bank(settings)  # raises ValueError where no bank can be like that
        our_bank.refuse_namesakes(tenants)
        self.clock = clock
        self.trace = Trace(clock, keep=keep)
        self.turns = Turns(streams.of("turns").choice)
        self.network = Network(traffic=traffic, trace=self.trace, clock=clock, turns=self.turns)
        self._settings = settings
        self._streams = streams
        self._tenants = tenants
        self._crash = crash
        self._held: Held[Phones] | None = None

    async def __aenter__(self) -> Self:
        if self._held is not None:
            raise SimulationError(f"this {type(self).__name__} was opened before; make another one")
        self._held = Held(self._open)
        self._phones = await self._held.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._held is not None:
            await self._held.close()

    async def ended(self) -> None:
        """Return when the world has ended: it was closed, or an error ended it, which closing it raises."""
        if self._held is not None:
            await self._held.ended()

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[Phones]:
        async with contextlib.AsyncExitStack() as stack:
            self._actors = self._make_actors(stack)
            callback_tasks = await stack.enter_async_context(anyio.create_task_group())
            await self._serve(stack)
            workers = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(workers.cancel_scope.cancel)
            self._actors.run(workers)
            await self._begin(workers)
            yield Phones(
                des_url=self.des_url,
                backend_url=self.backend_url,
                client_id=self.client_id,
                to_des=lambda: self.way("sdk", "des"),
                to_backend=lambda: self.way("bank_app", "bank_backend"),
                clock=self.clock,
                trace=self.trace,
                streams=self._streams,
                tasks=callback_tasks,
                stack=stack,
            )

    @abc.abstractmethod
    def _make_actors(self, stack: contextlib.AsyncExitStack) -> Actors:
        """DES and the bank's backend; the stack closes them. Neither of them works yet."""

    @abc.abstractmethod
    async def _serve(self, stack: contextlib.AsyncExitStack) -> None:
        """Open both actors to other programs, where this world does that."""

    async def _begin(self, tasks: anyio.abc.TaskGroup) -> None:
        """What happens once, when both actors work."""
        await self._actors.have_events_sent()

    @abc.abstractmethod
    def way(self, sender: str, receiver: str) -> Any:
        """How one participant reaches another: a transport for httpx, or None for TCP.

        It has no type, because httpx accepts only subclasses of its own class, and takes long to import.
        """

    @property
    def des(self) -> DES:
        """The sandbox of DES; another object after its process has died."""
        return self._actors.des

    @property
    def backend(self) -> BankBackend:
        """The bank's backend; another object after its process has died."""
        return self._actors.backend

    @property
    def api(self) -> ImpactAPI:
        """DES, with the bank's credentials."""
        return self._actors.api

    @property
    def client_secret(self) -> str:
        """The bank's secret at DES."""
        return self._actors.secrets.client

    @property
    def des_url(self) -> str:
        """The base address of DES."""
        return self._actors.des_url

    @property
    def backend_url(self) -> str:
        """The base address of the bank's backend."""
        return self._actors.backend_url

    def sdk(
        self,
        *,
        account_provisioning_timeout: timedelta = HALF_AN_HOUR,
        transfer_consent_timeout: timedelta = HALF_AN_HOUR,
        hooks: Sequence[Hook] | None = None,
    ) -> "ImpactSDK":
        """A bare ImpactSDK on this world, for a host of your own. It is open; the world closes it.

        Args:
            hooks: As in `ClientOptions`.
        """
        return self._phones.sdk(
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            hooks=hooks,
        )

    def id_token(self, customer: str) -> str:
        """The ID token that the bank's sign-in gives to its app."""
        return self.backend.id_token(customer)

    def bank_app(self, customer: str, *, answers: Answers = always_yes) -> "BankApp":
        """The phone of a customer, with the bank's app on it; the same one each time.

        Args:
            answers: The user: gets each question that the app asks, and returns yes or no, or an awaitable of it.
        """
        return self._phones.app(customer, answers=answers)

    def restarted_bank_app(self, customer: str) -> "BankApp":
        """The same phone after the app's process died: the app has lost what it had in memory."""
        self._phones.forget_app(customer)
        return self.bank_app(customer)

    async def kill_app(self, customer: str) -> None:
        """Kill the app on one phone, and its running callbacks; `bank_app()` then returns a new one."""
        await self._phones.kill_app(customer)

    async def bank_decides(self, *, after: timedelta | None = None, refuses: Collection[str] | None = None) -> None:
        """Change how the bank decides on accounts from now on. None changes nothing."""
        self.backend.decide(after=after, refuses=None if refuses is None else frozenset(refuses))
        self._actors.bank = self.backend.bank

    async def bank_decides_now(self) -> None:
        """Let the bank decide on every order that waits for a decision."""
        await self.backend.decide_now()

    async def move_money(self, account: str, amount_cents: int, *, kind: str, reference: str) -> None:
        """Move money on a savings account of the bank's books, without Impact Finance.

        Args:
            account: Its name in the books, such as `savings:ada`.
            kind: `outside` or `market`.
            reference: The same reference moves money once.

        Raises:
            SimulationError: There is no such account, or it has less money.
        """
        movement = {"account": account, "amount_cents": amount_cents, "kind": kind, "reference": reference}
        await move_money(self.way("bank_app", "bank_backend"), self.backend_url, movement)

    async def messages(self) -> list[Message]:
        """All messages so far, in order."""
        return list(self.trace)

    async def state(self) -> State:
        """All that DES and the bank have written down: fields, by collection and key.

        Reading it leaves no trace. It works while their processes are dead, too.
        """
        return {**await self._actors.des_process.state(), **await self._actors.backend_process.state()}

    async def ledger(self) -> dict[str, Any]:
        """The bank's books: accounts, postings, and their sum, which is zero."""
        async with Client(self.backend_url, self.way("bank_app", "bank_backend")) as http:
            books: dict[str, Any] = (await http.request("GET", "/ledger")).raise_for_status().json()
            return books

    async def until(self, condition: Callable[[], bool], *, within: timedelta, every: timedelta | None = None) -> None:
        """Wait until a condition holds.

        Args:
            within: The longest time to wait. Simulated time takes no real time.
            every: How often to look. By default every hour of simulated time, and 10 times a second in a served world.

        Raises:
            SimulationError: The condition did not hold in time.
        """
        end = self.clock.now() + within
        while not condition():
            if self.clock.now() >= end:
                raise SimulationError(f"the condition did not hold within {within}")
            await self.clock.sleep((every or self.looks_every).total_seconds())

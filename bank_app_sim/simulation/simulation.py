"""Simulation: one world, in this process or served."""

import contextlib
import difflib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, Unpack

import anyio

from impact_sdk import Clock, Hook, ImpactAPI, ImpactSDK, SystemClock

from ..app import BankApp
from ..backend import EVERY_CRASH_POINT, BankBackend
from ..des import DES, Tenant
from ..timeline.clock import SimulatedClock
from ..timeline.machine_clock import MachineClock
from ..timeline.trace import KEPT_WHEN_SERVED, Message, Trace
from ..timeline.traffic import Traffic
from ..timeline.turns import Turns
from . import exchanges, our_bank
from .actors import Actors, Served
from .client import Client
from .errors import SimulationError
from .faults import Fault, Pending
from .held import Held
from .money import move_money
from .network import Network
from .our_bank import CLIENT_ID, TENANT
from .phones import HALF_AN_HOUR, Answers, Phones, always_yes
from .processes import State
from .settings import SettingsKeywords, WorldSettings
from .snapshot import Snapshot
from .streams import Streams


class Simulation:
    """One world: a bank, its users' phones, and a sandbox of DES.

    Without `served` everything is in this process, in memory and in simulated time, on asyncio or trio: nothing
    happens but what you let happen with `advance()`, and the same seed gives the same trace. With it, the same actors
    talk over TCP, as in production.

    Use it in `async with`. It may be opened in one task and closed in another, as fixtures are; what went wrong in it
    is raised where it is closed.

    Args:
        seed: Decides ids, keys and jitter of a world in simulated time.
        database: A PostgreSQL database, `postgresql://USER@HOST/DATABASE`, in which both actors have a schema of their
            own; with `?schema=NAME` theirs begin with that name. Or `sqlite:///FOLDER`, in which both have a file, for
            a world that is not served. None for memory, or for files in a served world. Several served worlds on one
            database and one folder are one world with several processes.
        tenants: Further banks on the same DES, whose apps and backends are somebody else's; see `read_tenants()`.
        crash: Called at each point between an effect and its being written down (`bank_app_sim.backend.CRASH_POINTS`).
        snapshot: What `snapshot()` of another world gave, to begin with; `Snapshot.fork()` does it.
        settings: How the world is; `WorldSettings` and `bank_app_sim/docs/worlds.md` say what each one means.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        served: Served | None = None,
        database: str | None = None,
        tenants: Sequence[Tenant] = (),
        crash: Callable[[str], None] = lambda point: None,
        snapshot: Snapshot | None = None,
        **settings: Unpack[SettingsKeywords],
    ) -> None:
        our_bank.refuse_namesakes(tenants)
        self._settings = WorldSettings(**settings)
        self._tenants = tenants
        self._crash = crash
        self._served = served
        own = str(seed) if snapshot is None else f"{snapshot.seed}/{seed}"
        self._streams = Streams(None if served else own)
        traffic = Traffic()
        begin = self._settings.start if snapshot is None else snapshot.now
        simulated = None if served else SimulatedClock(begin, traffic=traffic)
        self.clock: Clock = simulated or SystemClock()
        self.trace = Trace(self.clock, keep=KEPT_WHEN_SERVED if served else None)
        self.turns = Turns(self._streams.of("turns").choice)
        self.network = Network(traffic=traffic, trace=self.trace, clock=self.clock, turns=self.turns)
        self._actors = Actors(
            settings=self._settings,
            tenants=tenants,
            served=served,
            database=database,
            snapshot=snapshot,
            streams=self._streams,
            network=self.network,
            clock=simulated or MachineClock(self.clock),
            crash=crash,
        )
        self._held: Held[Phones] | None = None
        self.tenant = TENANT
        self.client_id = CLIENT_ID

    async def __aenter__(self) -> Self:
        if self._held is not None:
            raise SimulationError("this Simulation was opened before; make another one")
        self._held = Held(self._world)
        self._phones = await self._held.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._held is not None:
            await self._held.close()

    async def ended(self) -> None:
        """Return when it has ended: closed, or gone wrong, which is raised where it is closed."""
        if self._held is not None:
            await self._held.ended()

    @contextlib.asynccontextmanager
    async def _world(self) -> AsyncIterator[Phones]:
        async with contextlib.AsyncExitStack() as stack:
            self._actors.make(stack)
            callback_tasks = await stack.enter_async_context(anyio.create_task_group())
            await self._actors.serve(stack)
            workers = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(workers.cancel_scope.cancel)
            await self._actors.run(workers)
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

    @property
    def des(self) -> DES:
        """The sandbox of DES; another one after its process has died."""
        return self._actors.des

    @property
    def backend(self) -> BankBackend:
        """The bank's backend; another one after its process has died."""
        return self._actors.backend

    @property
    def api(self) -> ImpactAPI:
        """DES, with the bank's credentials."""
        return self._actors.api

    @property
    def client_secret(self) -> str:
        """The bank's secret at DES."""
        return self._actors.client_secret

    @property
    def des_url(self) -> str:
        """Where DES is."""
        return self._actors.des_url

    @property
    def backend_url(self) -> str:
        """Where the bank's backend is."""
        return self._actors.backend_url

    def way(self, sender: str, receiver: str) -> Any:
        """How one participant reaches another: in this process, or (None) over TCP."""
        return self._actors.way(sender, receiver)

    def sdk(
        self,
        *,
        account_provisioning_timeout: timedelta = HALF_AN_HOUR,
        transfer_consent_timeout: timedelta = HALF_AN_HOUR,
        hooks: Sequence[Hook] | None = None,
    ) -> ImpactSDK:
        """A bare ImpactSDK on this world, for a host of your own; it is open, and closed with the world.

        Args:
            hooks: As `ClientOptions` has them.
        """
        return self._phones.sdk(
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            hooks=hooks,
        )

    def id_token(self, customer: str) -> str:
        """What the bank's sign-in hands to its app."""
        return self.backend.id_token(customer)

    def bank_app(self, customer: str, *, answers: Answers = always_yes) -> BankApp:
        """The phone of a customer, with the bank's app on it; the same one each time.

        Args:
            answers: The user: is given a question that the app asks, and says yes or no, or will.
        """
        return self._phones.app(customer, answers=answers)

    def restarted_bank_app(self, customer: str) -> BankApp:
        """The same phone after the app's process died: whatever it had in memory is gone."""
        self._phones.forget_app(customer)
        return self.bank_app(customer)

    async def kill_app(self, customer: str) -> None:
        """Let the process of the bank's app die on one phone, and the callbacks with it; `bank_app()` is a new one."""
        await self._phones.kill_app(customer)

    async def kill_des(self, *, stays_down: timedelta = timedelta()) -> None:
        """Let the process of DES die and be started again; who asks it meanwhile gets no answer.

        Args:
            stays_down: How long it is not there. With some time, this returns at once.
        """
        self._refuse_when_served("have a process die", "kill it")
        await self._actors.des_process.die(stays_down=stays_down)

    async def kill_backend(self, *, stays_down: timedelta = timedelta()) -> None:
        """As `kill_des()`, for the bank's backend."""
        self._refuse_when_served("have a process die", "kill it")
        await self._actors.backend_process.die(stays_down=stays_down)

    async def crash_backend_at(self, point: str) -> None:
        """Let the bank's backend die once, when it next comes to one of the points of `bank_app_sim.backend`.

        Raises:
            SimulationError: It has no such point.
        """
        self._refuse_when_served("have a process die", "serve with --crash-at")
        if point not in EVERY_CRASH_POINT:
            near = difflib.get_close_matches(point, EVERY_CRASH_POINT, n=1, cutoff=0)
            raise SimulationError(f"{point!r} is no point of the backend's work; did you mean {near[0]!r}?")
        self._actors.dies_at.add(point)

    async def fail(self, fault: Fault) -> None:
        """Let something go wrong on the network, with the next messages that it is meant for.

        Raises:
            NoSuchMessage: No participant sends or gets such a message.
        """
        self._refuse_when_served("let the network fail", "put a proxy in between")
        what = None if fault.what is None else exchanges.message(fault.what)
        exchanges.refuse_what_nobody_sends(what, sender=fault.sender, receiver=fault.receiver)
        if what is not None:
            fault.what, fault.sender = exchanges.as_sent(what, fault.sender)
        self.network.faults.plan(fault)

    async def heal(self) -> None:
        """Let nothing go wrong that was to and has not yet: on the network, and at points of the backend's work."""
        self.network.faults.heal()
        self._actors.dies_at.clear()

    async def pending(self) -> Pending:
        """What was to go wrong, and has not yet."""
        return Pending(faults=self.network.faults.pending, deaths=sorted(self._actors.dies_at))

    def _refuse_when_served(self, what: str, instead: str) -> None:
        if self._served is not None:
            raise SimulationError(f"cannot {what} in a world that is served on the machine's clock; {instead}")

    async def bank_decides(self, *, after: timedelta | None = None, refuses: Collection[str] | None = None) -> None:
        """Change how the bank decides on accounts from now on; what is left out stays as it is."""
        self.backend.decide(after=after, refuses=None if refuses is None else frozenset(refuses))
        self._actors.bank = self.backend.bank

    async def bank_decides_now(self) -> None:
        """Let the bank decide on every order that waits for it."""
        await self.backend.decide_now()

    async def messages(self) -> list[Message]:
        """All that was said so far, in order."""
        return list(self.trace)

    async def move_money(self, account: str, amount_cents: int, *, kind: str, reference: str) -> None:
        """Money moves on a savings account of the bank's books, without Impact Finance.

        Args:
            account: By its name in the books, such as `savings:ada`.
            kind: `outside` or `market`.
            reference: The same one moves money once.

        Raises:
            SimulationError: There is no such account, or not that much on it.
        """
        await move_money(
            self.way("bank_app", "bank_backend"),
            self.backend_url,
            {"account": account, "amount_cents": amount_cents, "kind": kind, "reference": reference},
        )

    async def state(self) -> State:
        """All that DES and the bank have written down: fields, by collection and key. Leaves no trace.

        Also while their processes are dead.
        """
        return {**await self._actors.des_process.state(), **await self._actors.backend_process.state()}

    def snapshot(self) -> Snapshot:
        """This world as it is, to fork others from; between two messages, and without its phones.

        Raises:
            DatabaseError: It is not in memory, where it could be copied.
        """
        secrets = self._actors.bank.webhook_secrets
        return Snapshot(
            settings=self._settings,
            tenants=self._tenants,
            crash=self._crash,
            seed=self._streams.seed or "",
            now=self.clock.now(),
            des=self.des.content(),
            backend=self.backend.content(),
            client_secret=self.client_secret,
            webhook_secret=secrets[0] if secrets else None,
        )

    @property
    def is_served(self) -> bool:
        """Whether the actors talk over TCP, on the machine's clock."""
        return self._served is not None

    async def ledger(self) -> dict[str, Any]:
        """The bank's books: accounts, postings, and their sum, which is zero."""
        async with Client(self.backend_url, self.way("bank_app", "bank_backend")) as http:
            books: dict[str, Any] = (await http.request("GET", "/ledger")).raise_for_status().json()
            return books

    async def advance(self, by: timedelta) -> None:
        """Let time pass; all that becomes due on the way is done, in order, before this returns.

        Raises:
            SimulationError: The world is served, and runs on the machine's clock.
        """
        if not isinstance(self.clock, SimulatedClock):
            raise SimulationError("a served world runs on the machine's clock; wait with `until()`, or do not serve it")
        await self.clock.advance(by)

    async def until(
        self, condition: Callable[[], bool], *, within: timedelta, every: timedelta = timedelta(hours=1)
    ) -> None:
        """Wait until a condition holds, in simulated time as in the machine's.

        Args:
            within: How long at the most; in simulated time that is no time at all.
            every: How often to look, in simulated time; a served world is looked at ten times a second.

        Raises:
            SimulationError: It did not hold in time.
        """
        end = self.clock.now() + within
        while not condition():
            if self.clock.now() >= end:
                raise SimulationError(f"what was waited for did not come within {within}")
            await self.clock.sleep(0.1 if self.is_served else every.total_seconds())

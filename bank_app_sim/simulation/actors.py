"""DES and the bank's backend of one world: how they are made, where they write, and how they reach each other."""

import contextlib
import functools
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio.abc
import attrs

from impact_sdk import ClientCredentials, ImpactAPI, ImpactError

from ..backend import Bank, BankBackend
from ..des import DES, Tenant
from ..server.attempts import why
from ..server.database import file_address, of_actor, postgresql_address
from ..server.due import DueWork
from ..server.hosts import names_in
from ..server.ids import Ids
from ..server.ports import address, beside, listening_socket, require_asyncio, serving
from ..timeline.clock import Clock
from . import our_bank
from .in_process import InProcess
from .network import Died, Network
from .our_bank import CLIENT_ID, TENANT
from .pair import Pair
from .processes import Process, State
from .secrets import client_secret, webhook_secret
from .settings import WorldSettings
from .snapshot import Snapshot
from .streams import Streams

logger = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Served:
    """A world over TCP on loopback, on the machine's clock, that survives a restart.

    Attributes:
        data: The folder of the databases, and of the bank's secret; made when it is missing.
        port: Of DES; the bank's backend has the next one. 0 for two that are free.
        beside: Further applications on DES' port, by what their paths begin with.
        hosts: Names by which both may be called besides those of loopback: of a proxy before them, say.
        rejoin: Go on with two databases that do not belong together, or of which one is an older copy; the bank then
            tells DES again what it has done, and what DES does not know is logged.
    """

    data: Path
    port: int = 0
    beside: Mapping[str, Any] = attrs.field(factory=dict)
    hosts: Sequence[str] = ()
    rejoin: bool = False


@attrs.define(eq=False, kw_only=True)
class Actors:
    """The two servers of a world, each in a process that can die.

    Attributes:
        settings: Of the world.
        bank: How the bank's backend works.
        tenants: Further banks there.
        network: What they reach each other by, in this process.
        clock: The servers' clock.
        crash: Called at each crash point of the backend.
        dies_at: Crash points at which the backend is to die once.
    """

    settings: WorldSettings
    bank: Bank = attrs.field(init=False)
    tenants: Sequence[Tenant]
    served: Served | None
    database: str | None
    snapshot: Snapshot | None
    streams: Streams
    network: Network
    clock: Clock
    crash: Callable[[str], None]
    dies_at: set[str] = attrs.field(factory=set, init=False)
    client_secret: str = attrs.field(init=False, repr=False)
    des_url: str = attrs.field(default="http://des.simulation", init=False)
    backend_url: str = attrs.field(default="http://backend.simulation", init=False)
    api: ImpactAPI = attrs.field(init=False)
    _impact: ImpactAPI = attrs.field(init=False)
    des_process: Process[DES] = attrs.field(init=False)
    backend_process: Process[BankBackend] = attrs.field(init=False)
    _is_rejoined: bool = attrs.field(default=False, init=False)
    _listeners: Sequence[Any] = attrs.field(default=(), init=False)

    @bank.default
    def _bank(self) -> Bank:
        return our_bank.bank(self.settings)

    @property
    def des(self) -> DES:
        """The sandbox; another one after its process has died."""
        return self.des_process.server

    @property
    def backend(self) -> BankBackend:
        """The bank's backend; another one after its process has died."""
        return self.backend_process.server

    def make(self, stack: contextlib.AsyncExitStack) -> None:
        """Make both of them; nothing runs yet."""
        self._take_secrets()
        if self.served is not None:
            self._listen(stack, self.served.port)
        self.api = self._client(stack, "api")
        self._impact = self._client(stack, "bank_backend api")
        self.backend_process = stack.enter_context(
            self._process("bank_backend", "backend", self._start_backend, BankBackend.state)
        )
        self.des_process = stack.enter_context(self._process("des", "des", self._start_des, self._look_at_des))
        if self.served is not None:
            self._is_rejoined = self._pair.meet(new_name=uuid.uuid4().hex, rejoin=self.served.rejoin)
            stack.callback(self._pair.part)

    async def serve(self, stack: contextlib.AsyncExitStack) -> None:
        """Let them be reached over TCP, where that is wanted."""
        if self.served is not None:
            # What a tenant's own addresses are called may be a proxy that has this sandbox behind it, too.
            of_tenants = names_in(url for tenant in self.tenants for url in (tenant.issuer, tenant.jwks_url))
            names = {*self.served.hosts, *of_tenants}
            des = beside(self.des.app, self.served.beside)
            both = zip((des, self.backend.app), self._listeners, strict=True)
            await stack.enter_async_context(serving(*both, names=names))

    async def run(self, tasks: anyio.abc.TaskGroup) -> None:
        """Begin their work; in a world that is new, the bank has events sent to it, where it wants them."""
        tasks.start_soon(self.des_process.run)
        tasks.start_soon(self.backend_process.run)
        if self.served is not None:
            step = functools.partial(self._pair.step, self.clock)
            tasks.start_soon(DueWork("noting how far both databases have come", self.clock, step).run)
        if self._is_rejoined:
            try:
                for difference in await self.backend.differences():
                    logger.warning("%s", difference)
            except self.clock.survived(ImpactError) as error:
                logger.warning("what DES does not know could not be found out: %s", why(error))
        if self.settings.webhooks and self.snapshot is None:
            try:
                await self._impact.sandbox.set_webhook_endpoint(
                    url=f"{self.backend_url}/webhooks/events",
                    transactions_url=f"{self.backend_url}/webhooks/transactions",
                    secret=self.bank.webhook_secrets[0],
                )
            except self.clock.survived() as error:
                logger.warning("DES could not be told where webhooks go; the next start tells it: %s", why(error))

    @property
    def _pair(self) -> Pair:
        return Pair(self.des.marked, self.backend.marked)

    def way(self, sender: str, receiver: str) -> Any:
        """How one participant reaches another: in this process, or (None) over TCP."""
        if self.served is not None:
            return None
        is_des = receiver == "des"
        return self.network.link(sender, receiver, InProcess(lambda: (self.des if is_des else self.backend).app))

    def _client(self, stack: contextlib.AsyncExitStack, purpose: str) -> ImpactAPI:
        """The bank's client of DES, with a random stream of its own."""
        client = ImpactAPI(
            self.des_url,
            auth=ClientCredentials(CLIENT_ID, self.client_secret),
            clock=self.network.clock,
            source=self.streams.of(purpose),
            transport=self.way("bank_backend", "des"),
        )
        stack.push_async_callback(client.aclose)
        return client

    def _listen(self, stack: contextlib.AsyncExitStack, port: int) -> None:
        require_asyncio()
        des_listener = listening_socket(port)
        stack.callback(des_listener.close)
        backend_listener = listening_socket(port and port + 1)
        stack.callback(backend_listener.close)
        self._listeners = (des_listener, backend_listener)
        self.des_url, self.backend_url = address(des_listener), address(backend_listener)

    def _take_secrets(self) -> None:
        folder = self.served.data if self.served else None
        if self.snapshot is not None:
            self.client_secret, webhook = self.snapshot.client_secret, self.snapshot.webhook_secret
        else:
            ids = Ids(self.streams.of("secrets"))
            self.client_secret = client_secret(folder, ids)
            webhook = webhook_secret(folder, ids) if self.settings.webhooks else None
        if webhook is not None:
            self.bank = our_bank.reading_events(self.bank, webhook_secret=webhook)

    async def _look_at_des(self, des: DES) -> State:
        return await des.state(TENANT)

    def _process(
        self,
        participant: str,
        actor: str,
        start: Callable[[bytes | None], Any],
        look: Callable[[Any], Awaitable[State]],
    ) -> Process[Any]:
        content: dict[str, bytes] = {}
        if self.snapshot is not None:
            content = {"des": self.snapshot.des, "backend": self.snapshot.backend}
        return Process(
            participant,
            start,
            look,
            content=content.get(actor),
            keeps_in_memory=self.served is None and self.database is None,
            network=self.network,
            clock=self.network.clock,
        )

    def _start_backend(self, content: bytes | None) -> BankBackend:
        return BankBackend(
            database_url=self._database_url("backend"),
            bank=self.bank,
            impact=self._impact,
            clock=self.clock,
            trace=self.network.trace,
            ids=Ids(self.streams.of("bank_backend")),
            content=content,
            crash=self._pass,
        )

    def _start_des(self, content: bytes | None) -> DES:
        own = our_bank.tenant(self.settings, client_secret=self.client_secret, backend_url=self.backend_url)
        return DES(
            database_url=self._database_url("des"),
            tenants=[own, *self.tenants],
            clock=self.clock,
            trace=self.network.trace,
            ids=Ids(self.streams.of("des")),
            content=content,
            transport=self.way("des", "bank_backend"),
            webhook_transport=self.way("des", "bank_backend"),
        )

    def _database_url(self, actor: str) -> str:
        if self.database is not None:
            if self.served is not None:  # whose files are in its folder
                postgresql_address(self.database)
            return of_actor(self.database, actor)
        return "sqlite://" if self.served is None else file_address(self.served.data / f"{actor}.sqlite3")

    def _pass(self, point: str) -> None:
        self.crash(point)
        if point in self.dies_at:
            self.dies_at.remove(point)
            raise Died(point)

"""DES and the bank's backend of one world, each in a process that can die."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio.abc
import attrs

from impact_sdk import ClientCredentials, ImpactAPI

from ..backend import Bank, BankBackend
from ..des import DES, Tenant
from ..server.attempts import why
from ..server.ids import Ids
from ..timeline.clock import Clock
from . import our_bank
from .network import Died, Network
from .our_bank import CLIENT_ID, TENANT
from .processes import Process, State
from .secrets import Secrets
from .settings import WorldSettings
from .streams import Streams

logger = logging.getLogger(__name__)


@attrs.define(eq=False, kw_only=True)
class Actors:
    """The two servers of a world.

    Attributes:
        tenants: Further banks at DES.
        database_url: The address of an actor's database; the actors are `des` and `backend`.
        keeps_in_memory: An actor that dies would lose its database.
        contents: What each actor begins with; empty for a new world, and where a database keeps it.
        way: Gives the transport from one participant to another; None for TCP.
        crash: Called at each crash point of the backend.
        dies_at: Crash points at which the backend dies once.
    """

    settings: WorldSettings
    tenants: Sequence[Tenant]
    secrets: Secrets
    des_url: str
    backend_url: str
    database_url: Callable[[str], str]
    keeps_in_memory: bool
    contents: Mapping[str, bytes] = attrs.field(repr=False)
    streams: Streams
    network: Network
    clock: Clock
    way: Callable[[str, str], Any]
    crash: Callable[[str], None]
    bank: Bank = attrs.field(init=False)
    dies_at: set[str] = attrs.field(factory=set, init=False)
    api: ImpactAPI = attrs.field(init=False)
    _impact: ImpactAPI = attrs.field(init=False)
    des_process: Process[DES] = attrs.field(init=False)
    backend_process: Process[BankBackend] = attrs.field(init=False)

    @bank.default
    def _bank(self) -> Bank:
        return our_bank.bank(self.settings, webhook_secret=self.secrets.webhook)

    @property
    def des(self) -> DES:
        """The sandbox; another object after its process has died."""
        return self.des_process.server

    @property
    def backend(self) -> BankBackend:
        """The bank's backend; another object after its process has died."""
        return self.backend_process.server

    def server(self, participant: str) -> DES | BankBackend:
        """The server of a participant: `des` or `bank_backend`."""
        return self.des if participant == "des" else self.backend

    def make(self, stack: contextlib.AsyncExitStack) -> None:
        """Make both of them; nothing runs yet."""
        self.api = self._client(stack, "api")
        self._impact = self._client(stack, "bank_backend api")
        self.backend_process = stack.enter_context(
            self._process("bank_backend", "backend", self._start_backend, BankBackend.state)
        )
        self.des_process = stack.enter_context(
            self._process("des", "des", self._start_des, lambda des: des.state(TENANT))
        )

    def run(self, tasks: anyio.abc.TaskGroup) -> None:
        """Begin their work."""
        tasks.start_soon(self.des_process.run)
        tasks.start_soon(self.backend_process.run)

    async def have_events_sent(self) -> None:
        """Tell DES where the bank's webhooks are, if this world has them and is not forked from one that had them."""
        if self.secrets.webhook is None or self.contents:
            return
        try:
            await self._impact.sandbox.set_webhook_endpoint(
                url=f"{self.backend_url}/webhooks/events",
                transactions_url=f"{self.backend_url}/webhooks/transactions",
                secret=self.secrets.webhook,
            )
        except self.clock.survived() as error:
            logger.warning("DES could not be told where webhooks go; the next start tells it: %s", why(error))

    def _client(self, stack: contextlib.AsyncExitStack, purpose: str) -> ImpactAPI:
        """The bank's client of DES, with a random stream of its own."""
        client = ImpactAPI(
            self.des_url,
            auth=ClientCredentials(CLIENT_ID, self.secrets.client),
            clock=self.clock,
            source=self.streams.of(purpose),
            transport=self.way("bank_backend", "des"),
        )
        stack.push_async_callback(client.aclose)
        return client

    def _process(
        self,
        participant: str,
        actor: str,
        start: Callable[[bytes | None], Any],
        look: Callable[[Any], Awaitable[State]],
    ) -> Process[Any]:
        return Process(
            participant,
            start,
            look,
            content=self.contents.get(actor),
            keeps_in_memory=self.keeps_in_memory,
            network=self.network,
            clock=self.clock,
        )

    def _start_backend(self, content: bytes | None) -> BankBackend:
        return BankBackend(
            database_url=self.database_url("backend"),
            bank=self.bank,
            impact=self._impact,
            clock=self.clock,
            trace=self.network.trace,
            ids=Ids(self.streams.of("bank_backend")),
            content=content,
            crash=self._pass,
        )

    def _start_des(self, content: bytes | None) -> DES:
        own = our_bank.tenant(self.settings, client_secret=self.secrets.client, backend_url=self.backend_url)
        return DES(
            database_url=self.database_url("des"),
            tenants=[own, *self.tenants],
            clock=self.clock,
            trace=self.network.trace,
            ids=Ids(self.streams.of("des")),
            content=content,
            transport=self.way("des", "bank_backend"),
            webhook_transport=self.way("des", "bank_backend"),
        )

    def _pass(self, point: str) -> None:
        self.crash(point)
        if point in self.dies_at:
            self.dies_at.remove(point)
            raise Died(point)

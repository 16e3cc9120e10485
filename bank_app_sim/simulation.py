"""Simulation: the bank's app, the SDK, DES and the bank's backend, put together. The only file that knows them all."""

import contextlib
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import attrs

from impact_sdk import ClientCredentials, Clock, ImpactAPI, ImpactSDK, SystemClock

from .app import BankApp, Screen
from .app.bank_client import BankClient
from .backend import Bank, BankBackend
from .clock import SimulatedClock
from .database import of_actor
from .des import DES, AccountSetup, SessionRenewal, Tenant, TenantsFileError, read_tenants
from .ids import Ids
from .servers import address, listening_socket, require_asyncio, serving
from .settings import CLIENT_ID, TENANT, client_secret, webhook_secret
from .trace import KEPT_WHEN_SERVED, Trace

# A Monday morning, so that weeks and months begin where people expect it.
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)

ISSUER = "https://bank.example"
AUDIENCE = "impact-finance"


__all__ = [
    "AccountSetup",
    "Served",
    "SessionRenewal",
    "Simulation",
    "SimulationError",
    "Tenant",
    "TenantsFileError",
    "read_tenants",
]


class SimulationError(Exception):
    """Something was asked of a simulation that it cannot do in this way; the message says how."""


@attrs.frozen(kw_only=True)
class Served:
    """A world over TCP on loopback, on the machine's clock, that survives a restart.

    Attributes:
        data: The folder of the databases, and of the bank's secret; made when it is missing.
        port: Of DES; the bank's backend has the next one. 0 for two that are free.
    """

    data: Path
    port: int = 0


class Simulation:
    """One world: a bank, its users' phones, and a sandbox of DES.

    Without `served` everything is in this process, in memory and in simulated time, on asyncio or trio: nothing
    happens but what you let happen with `advance()`, and the same seed gives the same trace. With it, the same actors
    talk over TCP, as in production.

    Args:
        seed: Decides ids, keys and jitter of a world in simulated time.
        start: The moment at which such a world begins.
        decision_after: How long the bank takes to decide on an account.
        settle_every: How often the bank fetches the deposits that DES requests.
        refuses: Customers to whom the bank gives no account.
        opening_balance_cents: What a new customer has on the current account.
        token_lifetime: How long an ID token of the bank is good. A real bank's is minutes; here it is long, so that a
            trace tells of what a test is about, and not of sessions that are renewed.
        account_setup: How accounts and Dreams belong together.
        performance_dreams: Whether the bank opens an investment account for each Dream.
        transfer_consents: Whether users sign for a savehack launch before it starts.
        session_renewal: What makes sessions last: new ID tokens, or what the user does.
        session_inactivity_timeout: How long a session lasts without activity, where activity renews it.
        session_maximum_duration: How long any session lasts at most; None for no such limit.
        database: A PostgreSQL database, `postgresql://USER@HOST/DATABASE`, in which both actors have a schema of their
            own; with `?schema=NAME` theirs begin with that name. None for memory, or for files in a served world.
            Several served worlds on one database and one folder are one world with several processes.
        tenants: Further banks on the same DES, whose apps and backends are somebody else's; see `read_tenants()`.
        webhooks: The bank reads events: DES sends them as they happen, and every `settle_every` the bank looks for
            those that did not arrive.
        crash: Called at each point between an effect and its being written down (`bank_app_sim.backend.CRASH_POINTS`).
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        start: datetime = START,
        decision_after: timedelta = timedelta(days=2),
        settle_every: timedelta = timedelta(hours=1),
        refuses: frozenset[str] = frozenset(),
        opening_balance_cents: int = 1_000_000,
        token_lifetime: timedelta = timedelta(days=365),
        account_setup: str = AccountSetup.SHARED,
        performance_dreams: bool = False,
        transfer_consents: bool = False,
        session_renewal: str = SessionRenewal.TOKEN,
        session_inactivity_timeout: timedelta = timedelta(minutes=15),
        session_maximum_duration: timedelta | None = None,
        served: Served | None = None,
        database: str | None = None,
        tenants: Sequence[Tenant] = (),
        webhooks: bool = False,
        crash: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._served = served
        self._database = database
        self._source: random.Random = random.SystemRandom() if served else random.Random(seed)
        self.clock: Clock = SystemClock() if served else SimulatedClock(start)
        self.trace = Trace(self.clock, keep=KEPT_WHEN_SERVED if served else None)
        self._bank = Bank(
            issuer=ISSUER,
            audience=AUDIENCE,
            decision_after=decision_after,
            settle_every=settle_every,
            refuses=refuses,
            opening_balance_cents=opening_balance_cents,
            token_lifetime=token_lifetime,
            dream_product="Performance" if performance_dreams else "SharedSavings",
            account_for_each_dream=performance_dreams or account_setup == AccountSetup.PER_DREAM,
        )
        self._tenants = _without_clash(tenants)
        self._webhooks = webhooks
        self._setup: dict[str, Any] = {
            "account_setup": AccountSetup(account_setup),
            "performance_dreams": performance_dreams,
            "transfer_consents": transfer_consents,
            "session_renewal": SessionRenewal(session_renewal),
            "session_inactivity_timeout": session_inactivity_timeout,
            "session_maximum_duration": session_maximum_duration,
        }
        self._crash = crash
        self._apps: dict[str, BankApp] = {}
        self._stack = contextlib.AsyncExitStack()
        self.tenant = TENANT
        self.client_id = CLIENT_ID

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            self._open(stack)
            self._callback_tasks = await stack.enter_async_context(anyio.create_task_group())
            if self._served is not None:
                await stack.enter_async_context(serving(self.des.app, self._listeners[0]))
                await stack.enter_async_context(serving(self.backend.app, self._listeners[1]))
            workers = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(workers.cancel_scope.cancel)
            workers.start_soon(self.des.run)
            workers.start_soon(self.backend.run)
            if self._webhooks:
                await self._subscribe()
            self._stack = stack.pop_all()
        return self

    async def _subscribe(self) -> None:
        await self.api.sandbox.set_webhook_endpoint(
            url=f"{self.backend_url}/webhooks/events",
            transactions_url=f"{self.backend_url}/webhooks/transactions",
            secret=self._bank.webhook_secrets[0],
        )

    def _open(self, stack: contextlib.AsyncExitStack) -> None:
        folder = self._served.data if self._served else None
        self.client_secret = client_secret(folder, Ids(self._source))
        if self._webhooks:
            self._bank = attrs.evolve(
                self._bank,
                webhook_secrets=(webhook_secret(folder, Ids(self._source)),),
                look_for_events_every=self._bank.settle_every,
            )
        if self._served is not None:
            require_asyncio()
            des_listener = listening_socket(self._served.port)
            stack.callback(des_listener.close)
            backend_listener = listening_socket(self._served.port and self._served.port + 1)
            stack.callback(backend_listener.close)
            self._listeners = (des_listener, backend_listener)
            self.des_url, self.backend_url = address(des_listener), address(backend_listener)
        else:
            self.des_url, self.backend_url = "http://des.simulation", "http://backend.simulation"
        self.api = ImpactAPI(
            self.des_url,
            auth=ClientCredentials(self.client_id, self.client_secret),
            clock=self.clock,
            source=self._source,
            transport=self._transport(lambda: self.des.app),
        )
        stack.push_async_callback(self.api.aclose)
        self.backend = BankBackend(
            database_url=self._database_url("backend"),
            bank=self._bank,
            impact=self.api,
            clock=self.clock,
            trace=self.trace,
            ids=Ids(self._source),
            crash=self._crash,
        )
        stack.callback(self.backend.close)
        self.des = DES(
            database_url=self._database_url("des"),
            tenants=[
                Tenant(
                    id=self.tenant,
                    client_id=self.client_id,
                    client_secret=self.client_secret,
                    issuer=ISSUER,
                    audience=AUDIENCE,
                    jwks_url=f"{self.backend_url}/.well-known/jwks.json",
                    **self._setup,
                ),
                *self._tenants,
            ],
            clock=self.clock,
            trace=self.trace,
            ids=Ids(self._source),
            transport=self._transport(lambda: self.backend.app),
            webhook_transport=self._transport(lambda: self.backend.app),
        )
        stack.callback(self.des.close)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Without the block's own error: the task groups would hand it on wrapped in ExceptionGroups.
        await self._stack.aclose()

    def _database_url(self, actor: str) -> str:
        if self._database is not None:
            return of_actor(self._database, actor)
        return "sqlite://" if self._served is None else f"sqlite:///{self._served.data / actor}.sqlite3"

    def _transport(self, app: Callable[[], Any]) -> Any:
        """How to reach an actor: in this process, or (None) over TCP."""
        if self._served is not None:
            return None
        import httpx

        async def forward(scope: Any, receive: Any, send: Any) -> None:
            await app()(scope, receive, send)

        return httpx.ASGITransport(forward)

    def sdk(
        self,
        *,
        account_provisioning_timeout: timedelta = timedelta(minutes=30),
        transfer_consent_timeout: timedelta = timedelta(minutes=30),
    ) -> ImpactSDK:
        """A bare ImpactSDK on this world, for a host of your own; it is open, and closed with the world."""
        sdk = ImpactSDK(
            self.des_url,
            client_id=self.client_id,
            account_provisioning_timeout=account_provisioning_timeout,
            transfer_consent_timeout=transfer_consent_timeout,
            transport=self._transport(lambda: self.des.app),
            clock=self.clock,
            task_group=self._callback_tasks,
            source=self._source,
        )
        self._stack.push_async_callback(sdk.aclose)
        return sdk

    def id_token(self, customer: str) -> str:
        """What the bank's sign-in hands to its app."""
        return self.backend.id_token(customer)

    def bank_app(self, customer: str, *, answers: Callable[[str], bool] = lambda question: True) -> BankApp:
        """The phone of a customer, with the bank's app on it; the same one each time.

        Args:
            answers: The user: is given a question that the app asks, and says yes or no.
        """
        if customer not in self._apps:
            import httpx

            http = httpx.AsyncClient(base_url=self.backend_url, transport=self._transport(lambda: self.backend.app))
            self._stack.push_async_callback(http.aclose)
            self._apps[customer] = BankApp(
                customer=customer,
                sdk=self.sdk(),
                bank=BankClient(http, self.clock),
                screen=Screen(answers),
                trace=self.trace,
            )
        return self._apps[customer]

    def restarted_bank_app(self, customer: str) -> BankApp:
        """The same phone after the app's process died: whatever it had in memory is gone."""
        self._apps.pop(customer, None)
        return self.bank_app(customer)

    @property
    def is_served(self) -> bool:
        """Whether the actors talk over TCP, on the machine's clock."""
        return self._served is not None

    async def ledger(self) -> dict[str, Any]:
        """The bank's books: accounts, postings, and their sum, which is zero."""
        import httpx

        transport = self._transport(lambda: self.backend.app)
        async with httpx.AsyncClient(base_url=self.backend_url, transport=transport) as http:
            books: dict[str, Any] = (await http.get("/ledger")).raise_for_status().json()
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


def _without_clash(tenants: Sequence[Tenant]) -> Sequence[Tenant]:
    for tenant in tenants:
        if tenant.id == TENANT or tenant.client_id == CLIENT_ID:
            raise ValueError(
                f"a further bank cannot have the id {TENANT!r} or the client id {CLIENT_ID!r}: "
                "the simulated bank has them"
            )
    return tenants

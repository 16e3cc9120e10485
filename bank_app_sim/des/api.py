"""DES, put together: its server, and the work that falls due."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anyio

from ..server.database import Connection, Database, Marked
from ..server.due import DueWork
from ..server.http.answers import Answer
from ..server.http.hosts import refuse_other_pages
from ..server.http.operation import Handler, Operation
from ..server.http.recording import Recorder
from ..server.http.request import HTTPRequest
from ..server.http.service import Service
from ..server.ids import Ids
from ..timeline.clock import Clock
from ..timeline.trace import Trace
from . import idempotency, state, store, tables
from .access.bank_clients import TokenEndpoint, as_oauth, keep_tenants
from .access.id_tokens import TokenVerifier
from .access.sign_in import SignIn
from .document import document_served
from .due_purge import DuePurge
from .events.webhooks import Webhooks
from .operations import OPERATIONS, WEBHOOK_ENDPOINT
from .performer import Performer
from .request import SESSION_COOKIE
from .savings.due_deposits import DueDeposits
from .tenant import Tenant
from .unit_of_work import UnitOfWork
from .watching import watched

if TYPE_CHECKING:
    import httpx

VERIFY_TOKEN = "/users/verify_token"
OAUTH_TOKEN = "/oauth/token"

# The control plane, which no real DES has.
SANDBOX = "/sandbox/"


class DES:
    """The sandbox of Impact Finance's backend.

    Args:
        tenants: The banks that have their users here.
        content: The result of `content()` of a sandbox in memory, to go on with it.
        transport: How DES fetches the banks' keys; None for the network.
        webhook_transport: How DES sends events to the banks; None for the network, without its private addresses.
        open_database: Opens the database. For tests in which one fails.
    """

    def __init__(
        self,
        *,
        database_url: str,
        tenants: Sequence[Tenant],
        clock: Clock,
        trace: Trace,
        ids: Ids,
        content: bytes | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
        webhook_transport: "httpx.AsyncBaseTransport | None" = None,
        open_database: Callable[..., Database] = Database,
    ) -> None:
        self._database = database = open_database(
            database_url,
            tables.metadata,
            version=tables.VERSION,
            inline=clock.traffic is not None,
            traffic=clock.traffic,
            content=content,
        )
        database.run_now(lambda connection: _begin(connection, tenants, is_alone=not database.is_shared))
        self._webhooks = Webhooks(database=database, clock=clock, trace=trace, ids=ids, transport=webhook_transport)
        deposits = DueDeposits(database=database, clock=clock, ids=ids, woken=self._webhooks.wake)
        self._deposits = DueWork("preparing deposits", clock, deposits.prepare, look_every=database.look_every)
        self._purge = DueWork("the purge of expired rows", clock, DuePurge(database, clock).purge)
        verifiers = {tenant.id: TokenVerifier(tenant, clock, transport) for tenant in tenants}
        by_id = {tenant.id: tenant for tenant in tenants}
        self._performer = Performer(tenants=by_id, verifiers=verifiers, database=database, clock=clock, ids=ids)
        service = Service[UnitOfWork | Handler](
            [*OPERATIONS, *self._for_everybody(by_id, verifiers, clock, ids)],
            self._respond,
            ids=ids,
            recorder=Recorder(trace=trace, participant="des", sender=_sender, drawn="sdk"),
            headers=idempotency.LIFETIME_HEADER,
            guard=_guard,
        )
        self.app = watched(service)

    def _for_everybody(
        self, tenants: Mapping[str, Tenant], verifiers: Mapping[str, TokenVerifier], clock: Clock, ids: Ids
    ) -> list[Operation[Handler]]:
        """The operations that need no principal."""
        sign_in = SignIn(
            tenants=tuple(tenants.values()),
            verifiers=verifiers,
            database=self._database,
            clock=clock,
            ids=ids,
            woken=self._webhooks.wake,
        )
        oauth = TokenEndpoint(tenants=tenants, database=self._database, clock=clock, ids=ids)
        return [
            Operation("POST", VERIFY_TOKEN, sign_in.verify_token, is_private=True, accepts_form=True),
            Operation(
                "POST",
                OAUTH_TOKEN,
                oauth.grant,
                query=None,  # a client may have its own reasons for a query there (RFC 6749, section 3.2)
                is_private=True,
                accepts_form=True,
                refused=as_oauth,
            ),
            Operation("GET", "/openapi.json", document_served.serve_json),
            Operation("GET", "/docs", document_served.serve_page),
        ]

    async def run(self) -> None:
        """Prepare deposits, send events and delete expired rows as each falls due. Does not return."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._deposits.run)
            tasks.start_soon(self._purge.run)
            tasks.start_soon(self._webhooks.run)

    @property
    def marked(self) -> Marked:
        """Its database, with what the bank's is compared with."""
        return Marked(self._database, tables.mark)

    async def state(self, tenant_id: str) -> dict[str, dict[str, dict[str, Any]]]:
        """All that one bank has here, for tests; see `state.read()`."""
        return await self._database.run(lambda connection: state.read(connection, tenant_id), reads_only=True)

    def content(self) -> bytes:
        """The content of the database; `DatabaseError` if it is not in memory."""
        return self._database.content()

    def close(self) -> None:
        self._database.close()

    async def _respond(self, operation: Operation[UnitOfWork | Handler], http: HTTPRequest) -> Answer:
        unit = operation.does
        if not isinstance(unit, UnitOfWork):
            return await unit(http)
        answer = await self._performer.perform(unit, http)
        if unit.starts_savings:
            self._deposits.wake()
        if http.method != "GET":
            self._webhooks.wake(endpoint_changed=operation.path == WEBHOOK_ENDPOINT)
        return answer


def _begin(connection: Connection, tenants: Sequence[Tenant], *, is_alone: bool) -> None:
    keep_tenants(connection, tenants)
    if is_alone:  # the process that was sending something is dead
        connection.execute(store.webhooks.RELEASE)


def _guard(route: str, headers: Mapping[str, str]) -> None:
    """The control plane is not for web pages of other servers."""
    if route.startswith(SANDBOX):
        refuse_other_pages(headers)


def _sender(headers: Mapping[str, str], route: str) -> str:
    """The sender of a request, by its credentials."""
    if "authorization" in headers or route == OAUTH_TOKEN:
        return "bank_backend"
    if route == VERIFY_TOKEN or f"{SESSION_COOKIE}=" in headers.get("cookie", ""):
        return "sdk"
    return "bank_backend"

"""DES as one thing: its server, what happens around each operation, and the work that falls due."""

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import anyio
import attrs

from ..server.answers import Answer, Refused
from ..server.attempts import survived, why
from ..server.database import Connection, Database, Marked
from ..server.due import DueWork
from ..server.hosts import refuse_other_pages
from ..server.ids import Ids
from ..server.operation import Handler, Operation
from ..server.recording import Recorder
from ..server.request import HTTPRequest
from ..server.service import Service
from ..timeline.clock import Clock, moment, timestamp
from ..timeline.trace import Trace
from . import document_served, events, idempotency, launching, purging, sessions, state, store, tables
from .bank_clients import TokenEndpoint, as_oauth, keep_tenants
from .id_tokens import Identity, RefusedToken, TokenVerifier
from .operations import OPERATIONS, WEBHOOK_ENDPOINT
from .outbox import Outbox
from .request import SESSION_COOKIE, Bank, Credential, Principal, Request, User, credential, identify, unauthorized
from .sign_in import SignIn
from .tenant import SessionRenewal, Tenant
from .unit_of_work import UnitOfWork
from .watching import watched
from .webhooks import Webhooks

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

VERIFY_TOKEN = "/users/verify_token"
OAUTH_TOKEN = "/oauth/token"

# Where the plane of control is, which a real DES has not.
SANDBOX = "/sandbox/"

# What a principal hears that is not among those who may.
NOT_FOR = {
    User: "only the bank's backend may do this",
    Bank: "only a user with a session may do this",
}


class DES:
    """The sandbox of Impact Finance's backend.

    Args:
        tenants: The banks that have their users here.
        content: What `content()` of a sandbox in memory gave, to go on with it.
        transport: How the banks' keys are fetched; None for the network.
        webhook_transport: How events are sent to the banks; None for the network, without its private addresses.
        open_database: What opens the database, for whoever wants to see one fail.
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
        self._clock = clock
        self._ids = ids
        self._database = open_database(
            database_url,
            tables.metadata,
            version=tables.VERSION,
            inline=clock.traffic is not None,
            traffic=clock.traffic,
            content=content,
        )
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._database.run_now(lambda connection: keep_tenants(connection, tenants))
        if not self._database.is_shared:  # whoever was sending something is dead
            self._database.run_now(lambda connection: connection.execute(store.webhooks.RELEASE))
        self._keys_in_flight = idempotency.KeysInFlight()
        look_every = self._database.look_every
        self._due_deposits = DueWork("preparing deposits", clock, self._prepare_due, look_every=look_every)
        self._due_purge = DueWork("throwing away what has expired", clock, self._purge_when_due)
        self._webhooks = Webhooks(
            database=self._database, clock=clock, trace=trace, ids=ids, transport=webhook_transport
        )
        self._purged_at = self._database.run_now(lambda connection: purging.last(connection, timestamp(clock.now())))
        self._activity_renews = any(tenant.session_renewal is SessionRenewal.ACTIVITY for tenant in tenants)
        self._verifiers = {tenant.id: TokenVerifier(tenant, clock, transport) for tenant in tenants}
        sign_in = SignIn(
            tenants=tenants,
            verifiers=self._verifiers,
            database=self._database,
            clock=clock,
            ids=ids,
            woken=self._webhooks.wake,
        )
        oauth = TokenEndpoint(tenants=self._tenants, database=self._database, clock=clock, ids=ids)
        for_everybody: list[Operation[Handler]] = [
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
        service = Service[UnitOfWork | Handler](
            [*OPERATIONS, *for_everybody],
            self._respond,
            ids=ids,
            recorder=Recorder(trace=trace, participant="des", sender=_sender, drawn="sdk"),
            headers=idempotency.LIFETIME_HEADER,
            guard=_guard,
        )
        self.app = watched(service)

    async def run(self) -> None:
        """For ever: prepare the deposits that fall due, send events, and throw away what has expired."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._due_deposits.run)
            tasks.start_soon(self._due_purge.run)
            tasks.start_soon(self._webhooks.run)

    @property
    def marked(self) -> Marked:
        """Its database, with what the bank's is compared with."""
        return Marked(self._database, tables.mark)

    async def state(self, tenant_id: str) -> dict[str, dict[str, dict[str, Any]]]:
        """All that one bank has here, for whoever tests; see `state.read()`."""
        return await self._database.run(lambda connection: state.read(connection, tenant_id), reads_only=True)

    def content(self) -> bytes:
        """All that is written down here; `DatabaseError` where that is not in memory."""
        return self._database.content()

    def close(self) -> None:
        self._database.close()

    async def _respond(self, operation: Operation[UnitOfWork | Handler], http: HTTPRequest) -> Answer:
        unit = operation.does
        if not isinstance(unit, UnitOfWork):
            return await unit(http)
        key = idempotency.key_of(http)
        sent = credential(http)
        id_token = await self._id_token(http, sent) if unit.takes_id_token else None

        def perform(connection: Connection) -> Answer:
            """One request, in its transaction: whatever it refuses has not happened."""
            now = timestamp(self._clock.now())
            principal = identify(connection, sent, key=key, now=now)
            if not isinstance(principal, unit.principals):
                raise Refused(403, {"base": [NOT_FOR[type(principal)]]})
            request = Request(
                http=http,
                connection=connection,
                principal=principal,
                tenant=self._tenant_of(principal),
                now=now,
                ids=self._ids,
                outbox=Outbox(principal.tenant_id),
                id_token=id_token,
            )
            if not unit.is_activity:
                return self._performed(unit, request)
            request, cookie = sessions.renewed_by_activity(request)
            answer = self._performed_once(unit, request, key)
            return attrs.evolve(answer, headers={**answer.headers, **cookie}) if cookie else answer

        with self._keys_in_flight.hold(sent.secret, key):
            # Looking is activity as well: where that renews sessions, every request of a user writes.
            may_renew = unit.is_activity and not sent.is_token and self._activity_renews
            reads_only = operation.method == "GET" and not unit.writes and not may_renew
            answer = await self._database.run(perform, reads_only=reads_only)
        if unit.starts_savings:
            self._due_deposits.wake()
        if http.method != "GET":
            self._webhooks.wake(endpoint_changed=operation.path == WEBHOOK_ENDPOINT)
        return answer

    async def _id_token(self, http: HTTPRequest, sent: Credential) -> Identity | str | None:
        """What the bank's keys say of the ID token in the body: they may have to be fetched, so it is done before."""
        now = timestamp(self._clock.now())
        principal = await self._database.run(
            lambda connection: identify(connection, sent, key=None, now=now), reads_only=True
        )
        tenant = self._tenant_of(principal)
        if not isinstance(principal, User) or tenant.session_renewal is not SessionRenewal.TOKEN:
            return None
        token = sessions.id_token_in(http)
        try:
            return await self._verifiers[tenant.id].verify(token)
        except RefusedToken as refused:
            return refused.sentence

    def _tenant_of(self, principal: Principal) -> Tenant:
        """Tokens and sessions outlive a restart; the bank that they are of may not be served any more."""
        try:
            return self._tenants[principal.tenant_id]
        except KeyError:
            raise unauthorized("this bank is not served here any more") from None

    def _performed_once(self, unit: UnitOfWork, request: Request, key: str | None) -> Answer:
        if key is None:
            return self._performed(unit, request)
        answer = idempotency.kept_answer(request)
        if answer is None:
            answer = self._performed(unit, request)
            idempotency.keep(request, key, answer)
        return answer

    def _performed(self, unit: UnitOfWork, request: Request) -> Answer:
        answer = unit.perform(request)
        events.write(request.connection, request.outbox, now=request.now, ids=self._ids)
        return answer

    async def _prepare_due(self) -> datetime | None:
        """Prepare all deposits that are due by now; tells when to look again."""
        while (next_due := await self._database.run(launching.next_due, reads_only=True)) is not None:
            if next_due > self._clock.now():
                break
            try:
                is_some = await self._database.run(self._prepare_some)
            except survived(self._clock):  # it may be one launch that keeps the others of its batch waiting
                is_some = await self._prepare_each()
            if is_some:
                self._webhooks.wake()
        return next_due

    async def _prepare_each(self) -> bool:
        """Each launch of a batch for itself; one that fails is put off, and the others are not kept waiting."""
        now = timestamp(self._clock.now())
        for launch_id in await self._database.run(functools.partial(launching.due, now=now), reads_only=True):
            try:
                await self._database.run(functools.partial(self._prepare_some, only=launch_id))
            except survived(self._clock) as error:
                until = self._clock.now() + launching.PUT_OFF
                put_off = functools.partial(launching.put_off, launch_id=launch_id, until=timestamp(until))
                await self._database.run(put_off)
                logger.error(
                    "launch %s cannot be run before %s: %s", launch_id, timestamp(until), why(error), exc_info=error
                )
        return True

    def _prepare_some(self, connection: Connection, *, only: str | None = None) -> bool:
        now, outbox = timestamp(self._clock.now()), Outbox()
        is_some = launching.prepare_due(connection, now=now, ids=self._ids, outbox=outbox, only=only)
        events.write(connection, outbox, now=now, ids=self._ids)
        return is_some

    async def _purge_when_due(self) -> datetime:
        """Throw away what has expired, if it is time to; tells when it is again."""
        now = timestamp(self._clock.now())
        if purging.due_at(self._purged_at, now) <= now:
            while await self._database.run(functools.partial(purging.purge_some, now=now)):
                pass
            self._purged_at = now
        return moment(purging.due_at(self._purged_at, now))


def _guard(route: str, headers: Mapping[str, str]) -> None:
    """The control plane of the sandbox, which no real DES has, is not for web pages of other servers."""
    if route.startswith(SANDBOX):
        refuse_other_pages(headers)


def _sender(headers: Mapping[str, str], route: str) -> str:
    """Who is asking, by what they come with."""
    if "authorization" in headers or route == OAUTH_TOKEN:
        return "bank_backend"
    if route == VERIFY_TOKEN or f"{SESSION_COOKIE}=" in headers.get("cookie", ""):
        return "sdk"
    return "bank_backend"

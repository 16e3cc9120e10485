"""Performs units of work: each in one transaction, for a known principal, and once for each idempotency key."""

from collections.abc import Mapping

import attrs

from ..server.database import Connection, Database
from ..server.http.answers import Answer, Refused
from ..server.http.request import HTTPRequest
from ..server.ids import Ids
from ..timeline.clock import Clock, timestamp
from . import idempotency
from .access import sessions
from .access.id_tokens import Identity, RefusedToken, TokenVerifier
from .events import events
from .outbox import Outbox
from .request import Bank, Credential, Principal, Request, User, credential, identify, unauthorized
from .tenant import SessionRenewal, Tenant
from .unit_of_work import UnitOfWork

# The refusal for a principal who may not do something.
NOT_FOR = {
    User: "only the bank's backend may do this",
    Bank: "only a user with a session may do this",
}


@attrs.frozen(kw_only=True)
class Performer:
    """What happens around every unit of work.

    Attributes:
        tenants: By their ids; so the verifiers.
    """

    tenants: Mapping[str, Tenant]
    verifiers: Mapping[str, TokenVerifier]
    database: Database
    clock: Clock
    ids: Ids
    _keys_in_flight: idempotency.KeysInFlight = attrs.field(factory=idempotency.KeysInFlight, init=False)
    _activity_renews: bool = attrs.field(init=False)

    @_activity_renews.default
    def _any_of_them(self) -> bool:
        return any(tenant.session_renewal is SessionRenewal.ACTIVITY for tenant in self.tenants.values())

    async def perform(self, unit: UnitOfWork, http: HTTPRequest) -> Answer:
        """The answer to a request. If the unit refuses the request, the transaction has not happened."""
        key = idempotency.key_of(http)
        sent = credential(http)
        id_token = await self._id_token(http, sent) if unit.takes_id_token else None

        def transaction(connection: Connection) -> Answer:
            now = timestamp(self.clock.now())
            principal = identify(connection, sent, key=key, now=now)
            if not isinstance(principal, unit.principals):
                raise Refused(403, {"base": [NOT_FOR[type(principal)]]})
            request = Request(
                http=http,
                connection=connection,
                principal=principal,
                tenant=self._tenant_of(principal),
                now=now,
                ids=self.ids,
                outbox=Outbox(principal.tenant_id),
                id_token=id_token,
            )
            return self._performed(unit, request, key)

        with self._keys_in_flight.hold(sent.secret, key):
            # Reading is activity as well: where activity renews sessions, every request of a user writes.
            may_renew = unit.is_activity and not sent.is_token and self._activity_renews
            reads_only = http.method in ("GET", "HEAD") and not unit.writes and not may_renew
            return await self.database.run(transaction, reads_only=reads_only)

    def _performed(self, unit: UnitOfWork, request: Request, key: str | None) -> Answer:
        if not unit.is_activity:
            return self._performed_now(unit, request)
        request, cookie = sessions.renewed_by_activity(request)
        answer = self._performed_once(unit, request, key)
        return attrs.evolve(answer, headers={**answer.headers, **cookie}) if cookie else answer

    def _performed_once(self, unit: UnitOfWork, request: Request, key: str | None) -> Answer:
        if key is None:
            return self._performed_now(unit, request)
        answer = idempotency.kept_answer(request)
        if answer is None:
            answer = self._performed_now(unit, request)
            idempotency.keep(request, key, answer)
        return answer

    def _performed_now(self, unit: UnitOfWork, request: Request) -> Answer:
        answer = unit.perform(request)
        events.write(request.connection, request.outbox, now=request.now, ids=self.ids)
        return answer

    async def _id_token(self, http: HTTPRequest, sent: Credential) -> Identity | str | None:
        """What the ID token in the body says. Not in the transaction: the keys may have to be fetched."""
        now = timestamp(self.clock.now())
        principal = await self.database.run(
            lambda connection: identify(connection, sent, key=None, now=now), reads_only=True
        )
        tenant = self._tenant_of(principal)
        if not isinstance(principal, User) or tenant.session_renewal is not SessionRenewal.TOKEN:
            return None
        token = sessions.id_token_in(http)
        try:
            return await self.verifiers[tenant.id].verify(token)
        except RefusedToken as refused:
            return refused.sentence

    def _tenant_of(self, principal: Principal) -> Tenant:
        """The bank of a principal. Tokens and sessions outlive a restart, after which it may not be served any more."""
        try:
            return self.tenants[principal.tenant_id]
        except KeyError:
            raise unauthorized("this bank is not served here any more") from None

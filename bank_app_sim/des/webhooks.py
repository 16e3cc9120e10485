"""Webhooks: events, sent to the bank as they happen, in batches and in order."""

import functools
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import floor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.abc
import attrs
import orjson

from ..server.attempts import Retried, mistake, survived, why
from ..server.bodies import JSON
from ..server.database import Connection, Database
from ..server.due import DueWork
from ..server.ids import Ids
from ..server.status_lines import status_line
from ..timeline.clock import Clock, moment, timestamp
from ..timeline.trace import Trace
from . import deliveries, events, store, watching
from .deliveries import Outcome, Reply
from .store.events import EventRow
from .store.webhooks import EndpointRow

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

# Later than every event.
_FOR_EVER_US = 2**63 - 1


@attrs.frozen(kw_only=True)
class Message:
    """What one request to a bank says.

    Attributes:
        id: What the bank knows a repetition by.
        secrets: Each of them signs.
    """

    url: str
    id: str
    body: Mapping[str, Any]
    secrets: Sequence[str] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Batch:
    """Events on their way to the bank of a tenant, in the hands of this process.

    Attributes:
        rows: The events, as they are written down.
        until_us: Of its last event.
        attempts: Those that have failed so far.
        claim: Which claim it is in this process's hands by.
    """

    tenant_id: str
    url: str
    id: str
    at: str
    rows: Sequence[EventRow] = attrs.field(repr=False)
    secrets: Sequence[str] = attrs.field(repr=False)
    until_us: int
    attempts: int
    claim: int

    def message(self) -> Message:
        body = {
            "batch_id": self.id,
            "timestamp": self.at,
            "count": len(self.rows),
            "events": [events.as_json(row) for row in self.rows],
        }
        return Message(url=self.url, id=self.id, body=body, secrets=self.secrets)


@attrs.frozen
class Look:
    """Tenants for whom there is something to send, and when there may be something for others."""

    tenant_ids: Sequence[str]
    next_due: datetime | None


@attrs.frozen
class Work:
    """What is to be sent to one tenant's bank now."""

    batch: Batch | None
    hint: Message | None


_NOTHING = Work(None, None)


class Webhooks:
    """Sends what there is to send, for as long as its actor lives.

    What is still to be delivered are rows; a batch is claimed in one transaction, sent outside of any, and what came of
    it written down in another. A process that dies in between leaves the batch claimed: after `deliveries.LEASE` it is
    sent again under the same id.

    Args:
        transport: How banks are reached; None for the network, without its private addresses.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        trace: Trace,
        ids: Ids,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._trace = trace
        self._ids = ids
        self._transport = transport
        self._due = DueWork("the look for webhooks to send", clock, self._send_due, look_every=database.look_every)
        # By tenant: what goes wrong with one keeps none of the others waiting.
        self._claims: dict[str, Retried] = {}
        self._sending: anyio.abc.TaskGroup
        # As this process knows; where others have the same database, one cannot know.
        self._nobody_listens = False

    def wake(self, *, endpoint_changed: bool = False) -> None:
        """Look again now: events were written, or an endpoint was changed."""
        if endpoint_changed or not self._nobody_listens:
            self._due.wake()

    async def run(self) -> None:
        # One slow bank holds up nobody else: each batch is sent by a task of its own.
        async with anyio.create_task_group() as self._sending:
            try:
                await self._due.run()
            finally:
                if self._transport is not None:
                    with anyio.CancelScope(shield=True):
                        await self._transport.aclose()

    async def _send_due(self) -> datetime | None:
        # Claiming waits for its turn among all that write; mostly there is nothing to claim.
        while (look := await self._database.run(self._look, reads_only=True)).tenant_ids:
            for tenant_id in look.tenant_ids:
                retried = self._claims.setdefault(tenant_id, Retried(f"sending webhooks of {tenant_id}", self._clock))
                claim = functools.partial(self._claim, tenant_id=tenant_id)
                work = await retried.attempt(functools.partial(self._database.run, claim), otherwise=_NOTHING)
                if work.batch is not None:
                    self._sending.start_soon(self._deliver, work.batch)
                if work.hint is not None:
                    self._sending.start_soon(self._send_hint, work.hint)
        return look.next_due

    def _look(self, connection: Connection) -> Look:
        now = self._clock.now()
        looked = store.webhooks.LOOK.all(connection, **deliveries.asked_at(now))
        self._nobody_listens = not looked and not self._database.is_shared
        something = [endpoint.tenant_id for endpoint in looked if endpoint.has_something]
        waiting = [self._claims[tenant_id] for tenant_id in something if self._waits(tenant_id)]
        next_dues = [moment(endpoint.free_at) for endpoint in looked if endpoint.free_at and not endpoint.has_something]
        next_dues += [retried.not_before for retried in waiting if retried.not_before]
        return Look([each for each in something if not self._waits(each)], min(next_dues, default=None))

    def _waits(self, tenant_id: str) -> bool:
        return tenant_id in self._claims and self._claims[tenant_id].waits

    def _claim(self, connection: Connection, *, tenant_id: str) -> Work:
        now = self._clock.now()
        of = {"of_tenant": tenant_id}
        to_deliver = store.webhooks.TO_DELIVER.one_or_none(connection, **of, **deliveries.asked_at(now))
        batch = None if to_deliver is None else self._claimed(connection, to_deliver, now)
        hint = None
        for hinted in store.webhooks.TO_HINT.all(connection, **of):
            # Before it is sent, and once: a hint that is lost is made good by the events, and by the bank's own looks.
            store.webhooks.change(connection, attrs.evolve(hinted.endpoint, hinted_us=hinted.requested_us))
            hint = self._hint(hinted.endpoint, now)
        return Work(batch, hint)

    def _claimed(self, connection: Connection, endpoint: EndpointRow, now: datetime) -> Batch | None:
        """The batch that is due at an endpoint, made if there is none; None where its events have grown too old."""
        rows = store.webhooks.EVENTS.all(
            connection,
            of_tenant=endpoint.tenant_id,
            after_us=endpoint.delivered_us,
            until_us=endpoint.batch_until_us or _FOR_EVER_US,
            limit=deliveries.LARGEST_BATCH,
        )
        if not rows:
            assert endpoint.batch_until_us is not None  # for a new batch there are events
            until_us = endpoint.batch_until_us
            skipped = attrs.evolve(endpoint, delivered_us=until_us, batch_id=None, due_at=None, attempts=0)
            store.webhooks.change(connection, skipped)
            return None
        batch_id, batch_at = endpoint.batch_id or self._ids.uuid(), endpoint.batch_at or timestamp(now)
        until_us = endpoint.batch_until_us or rows[-1].at_us
        claim = {
            "of_tenant": endpoint.tenant_id,
            "id": batch_id,
            "at": batch_at,
            "until_us": until_us,
            "due": timestamp(now),
            "until": timestamp(now + deliveries.LEASE),
        }
        connection.execute(store.webhooks.CLAIM, claim)
        return Batch(
            tenant_id=endpoint.tenant_id,
            url=endpoint.url,
            id=batch_id,
            at=batch_at,
            rows=rows,
            secrets=_secrets(endpoint, now),
            until_us=until_us,
            attempts=endpoint.attempts,
            claim=endpoint.claims + 1,
        )

    def _hint(self, endpoint: EndpointRow, now: datetime) -> Message:
        assert endpoint.transactions_url is not None  # it wants hints
        return Message(url=endpoint.transactions_url, id=self._ids.uuid(), body={}, secrets=_secrets(endpoint, now))

    async def _deliver(self, batch: Batch) -> None:
        attempts = batch.attempts + 1
        try:
            reply = await self._send(batch.message())
        except survived(self._clock) as error:
            reply = Reply(status=None, error=why(error))
            found = mistake(error, failures=attempts)
            logger.warning("batch %s cannot be sent to %s: %s", batch.id, batch.url, why(error), exc_info=found)
        outcome = deliveries.outcome(reply.status, attempts=attempts)
        if outcome is Outcome.GIVEN_UP:
            logger.error("batch %s to %s is given up after %d attempts", batch.id, batch.url, attempts)
        elif outcome is Outcome.UNSUBSCRIBED:
            logger.warning("%s has unsubscribed: nothing is sent to it any more", batch.url)
        try:
            await self._database.run(functools.partial(self._conclude, batch=batch, reply=reply))
        except survived(self._clock) as error:
            logger.warning(
                "what came of batch %s could not be written down; it will be sent again: %s", batch.id, why(error)
            )
        self._due.wake()

    async def _send_hint(self, hint: Message) -> None:
        try:
            await self._send(hint)
        except survived(self._clock):
            logger.exception("a hint cannot be sent to %s", hint.url)

    def _conclude(self, connection: Connection, *, batch: Batch, reply: Reply) -> None:
        concluded = deliveries.conclusion(
            reply, attempts=batch.attempts + 1, until_us=batch.until_us, now=self._clock.now()
        )
        this_claim = {"of_tenant": batch.tenant_id, "of_batch": batch.id, "of_claim": batch.claim}
        connection.execute(store.webhooks.CONCLUDE, {**this_claim, **concluded})

    async def _send(self, message: Message) -> Reply:
        """Send it once; the trace shows the message, and not what proves that it is ours."""
        path = urlsplit(message.url).path or "/"
        label = f"POST {path}"
        detail = {"method": "POST", "path": path, "webhook_id": message.id}
        self._trace.record(
            "des",
            "bank_backend",
            label,
            kind="request",
            detail={**detail, "body": message.body} if message.body else detail,
        )
        reply = await self._reply(message)
        if reply.error is not None:
            logger.warning("%s did not take %s: %s", message.url, message.id, reply.error)
        answered = {"status": reply.status} if reply.status is not None else {"error": reply.error}
        self._trace.record(
            "bank_backend",
            "des",
            status_line(reply.status) if reply.status is not None else "no answer",
            kind="response",
            detail={**answered, "webhook_id": message.id},
        )
        return reply

    async def _reply(self, message: Message) -> Reply:
        """What comes back in time."""
        reply = Reply(status=None, error=f"no answer within {deliveries.TIMEOUT.total_seconds():.0f} seconds")

        async def post() -> None:
            nonlocal reply
            reply = await self._post(message)
            waiting.cancel_scope.cancel()

        async with anyio.create_task_group() as waiting:
            waiting.start_soon(post)
            await self._clock.wait_out(deliveries.TIMEOUT)
            waiting.cancel_scope.cancel()
        return reply

    async def _post(self, message: Message) -> Reply:
        import httpx  # not at the top: a server is to be up first

        if self._transport is None:
            self._transport = _network()
        # Whatever goes wrong is a failed attempt: address, secret and answer are the bank's, and may be anything.
        try:
            content = orjson.dumps(message.body)
            proof = signed(message, content, self._clock.now())
            headers = {"Content-Type": JSON, "User-Agent": "bank-app-sim", **proof}
            # By the bare transport: there is no client that could keep a cookie of one bank, or follow a redirect.
            request = httpx.Request("POST", message.url, content=content, headers=headers)
            response = await self._transport.handle_async_request(request)
            await response.aclose()  # unread, so that an answer of any length costs nothing: we want its status
        except Exception as error:
            return Reply(status=None, error=why(error))
        status = response.status_code
        watching.show_webhook(request.headers, content, status)
        return Reply(status=status, error=None if response.is_success else f"the answer was {status}")


def signed(message: Message, content: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove it (https://www.standardwebhooks.com): with one signature for each secret."""
    from standardwebhooks import Webhook

    signatures = [
        Webhook(secret).sign(msg_id=message.id, timestamp=now, data=content.decode()) for secret in message.secrets
    ]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(floor(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets(endpoint: EndpointRow, now: datetime) -> list[str]:
    """Those that sign: the present one and, for a while, the one before."""
    if endpoint.old_secret is None or (endpoint.old_secret_until or "") <= timestamp(now):
        return [endpoint.secret]
    return [endpoint.secret, endpoint.old_secret]


def _network() -> "httpx.AsyncBaseTransport":
    from .public_addresses import PublicAddresses

    return PublicAddresses()

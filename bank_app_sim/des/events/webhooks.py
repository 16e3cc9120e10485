"""Sends webhooks: events go to the bank as they happen, in batches and in order."""

import functools
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import anyio
import anyio.abc
import attrs

from ...server.attempts import Retried, mistake, why
from ...server.database import Connection, Database
from ...server.due import DueWork
from ...server.ids import Ids
from ...timeline.clock import Clock, moment
from ...timeline.trace import Trace
from .. import store
from . import deliveries
from .deliveries import DeliveryResult, Reply
from .webhook_claims import NOTHING, claim_webhooks, conclude
from .webhook_messages import Batch, Message
from .webhook_sender import Sender

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)


@attrs.frozen
class Look:
    """The tenants with something to send, and when there may be something for others."""

    tenant_ids: Sequence[str]
    next_due: datetime | None


class Webhooks:
    """Sends batches and hints, for as long as DES runs.

    Undelivered events are rows. One transaction claims a batch, DES sends it outside of any, and another one writes
    down what became of it. A process that dies in between leaves the batch claimed: after `deliveries.LEASE`
    another process sends it again under the same id.

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
        self._ids = ids
        self._sender = Sender(clock=clock, trace=trace, transport=transport)
        self._due = DueWork("the look for webhooks to send", clock, self._send_due, look_every=database.look_every)
        # By tenant: an error with one does not delay the others.
        self._claims: dict[str, Retried] = {}
        self._sending: anyio.abc.TaskGroup
        # As far as this process knows; if others share the database, it cannot know.
        self._nobody_listens = False

    def wake(self, *, endpoint_changed: bool = False) -> None:
        """Look again now: events were written, or an endpoint was changed."""
        if endpoint_changed or not self._nobody_listens:
            self._due.wake()

    async def run(self) -> None:
        # Each batch has a task of its own, so that a slow bank delays no other.
        async with anyio.create_task_group() as self._sending:
            try:
                await self._due.run()
            finally:
                await self._sender.close()

    async def _send_due(self) -> datetime | None:
        # A claim waits behind all other writers, and mostly there is nothing to claim: look first.
        while (look := await self._database.run(self._look, reads_only=True)).tenant_ids:
            for tenant_id in look.tenant_ids:
                retried = self._claims.setdefault(tenant_id, Retried(f"sending webhooks of {tenant_id}", self._clock))
                claim = functools.partial(claim_webhooks, tenant_id=tenant_id, clock=self._clock, ids=self._ids)
                work = await retried.attempt(functools.partial(self._database.run, claim), otherwise=NOTHING)
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

    async def _deliver(self, batch: Batch) -> None:
        attempts = batch.attempts + 1
        try:
            reply = await self._sender.send(batch.message())
        except self._clock.survived() as error:
            reply = Reply(status=None, error=why(error))
            found = mistake(error, failures=attempts)
            logger.warning("batch %s cannot be sent to %s: %s", batch.id, batch.url, why(error), exc_info=found)
        result = deliveries.delivery_result(reply.status, attempts=attempts)
        if result is DeliveryResult.GIVEN_UP:
            logger.error("batch %s to %s is given up after %d attempts", batch.id, batch.url, attempts)
        elif result is DeliveryResult.UNSUBSCRIBED:
            logger.warning("%s has unsubscribed: nothing is sent to it any more", batch.url)
        try:
            await self._database.run(functools.partial(conclude, batch=batch, reply=reply, clock=self._clock))
        except self._clock.survived() as error:
            logger.warning(
                "what became of batch %s could not be written down; it will be sent again: %s", batch.id, why(error)
            )
        self._due.wake()

    async def _send_hint(self, hint: Message) -> None:
        try:
            await self._sender.send(hint)
        except self._clock.survived():
            logger.exception("a hint cannot be sent to %s", hint.url)

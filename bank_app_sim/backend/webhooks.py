"""Receives the webhooks of DES: events as they happen, and hints that there are transactions to settle."""

import functools
from collections.abc import Callable

import attrs

from impact_sdk import EventBatch, WebhookError, WebhookVerifier

from ..server.database import Database
from ..server.http.answers import Answer, Refused
from ..server.http.operation import Handler, Operation
from ..server.http.request import HTTPRequest
from ..timeline.clock import Clock, timestamp
from . import store
from .crash_points import RECEIVED, due_not_done
from .events import Inbox
from .store.events import Way

EVENTS = "/webhooks/events"
TRANSACTIONS = "/webhooks/transactions"


@attrs.frozen(kw_only=True)
class Receiver:
    """Takes in what comes, and answers when it is written down. The bank acts on it afterwards.

    Attributes:
        verifier: None for a bank that reads no webhooks: it answers 410, and DES sends nothing more.
        woken: Called when there may be work.
    """

    verifier: WebhookVerifier | None
    inbox: Inbox
    database: Database
    clock: Clock
    woken: Callable[[], None]

    def operations(self) -> list[Operation[Handler]]:
        # DES records the messages, also those that do not arrive here.
        return [
            Operation("POST", EVENTS, self.events, is_recorded=False),
            Operation("POST", TRANSACTIONS, self.transactions, is_recorded=False),
        ]

    async def events(self, request: HTTPRequest) -> Answer:
        """Take in a batch of events. An event that comes again changes nothing."""
        batch = await self._verified(request)
        self.inbox.crash(due_not_done("events", RECEIVED))
        await self.database.run(functools.partial(self.inbox.take, events=batch.events, way=Way.WEBHOOK))
        self.woken()
        return Answer(204)

    async def transactions(self, request: HTTPRequest) -> Answer:
        """Look now for transactions to settle."""
        # docs/des.md 3.2
        try:
            await self._known().check(request.raw, request.headers)
        except WebhookError as error:
            raise _refused(error) from error
        now = timestamp(self.clock.now())
        await self.database.run(functools.partial(store.settlement.hasten, now=now))
        self.woken()
        return Answer(204)

    async def _verified(self, request: HTTPRequest) -> EventBatch:
        try:
            return await self._known().verify(request.raw, request.headers)
        except WebhookError as error:
            raise _refused(error) from error

    def _known(self) -> WebhookVerifier:
        if self.verifier is None:
            raise Refused(410, {"base": ["this bank reads no webhooks: it looks for itself"]})
        return self.verifier


def _refused(error: WebhookError) -> Refused:
    return Refused(400, {"base": [str(error)]})

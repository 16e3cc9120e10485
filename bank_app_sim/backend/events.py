"""Takes in the events of DES, each once: by webhook as they happen, and by looking at intervals."""

import functools
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from impact_sdk import Event, ImpactError

from ..server.attempts import LONGEST_WAIT, why
from ..server.database import Connection
from ..timeline.clock import Clock, moment, timestamp
from . import ledger, store
from .crash_points import RECEIVED, Crash, done_not_written, due_not_done
from .desk import Desk
from .gateway import EVENTS_AT_ONCE
from .reactions import Reaction, customer_who_left, reaction
from .store.claims import LEASE
from .store.events import Look, Way

logger = logging.getLogger(__name__)


@attrs.frozen
class Inbox:
    """Takes in events, each once: one transaction keeps the event and writes down what it causes."""

    clock: Clock
    crash: Crash

    def take(self, connection: Connection, events: Sequence[Event], *, way: Way) -> None:
        """Keep the new events and act on them. The others change nothing."""
        now = self.clock.now()
        for event in events:
            if event.problem is not None:
                logger.warning("event %s could not be read, and is kept as it is: %s", event.id, event.problem)
            if store.events.keep(connection, event, way=way, now=timestamp(now)):
                self._act(connection, event, now)
        self.crash(done_not_written("events", RECEIVED))

    def _act(self, connection: Connection, event: Event, now: datetime) -> None:
        match reaction(event):
            case Reaction.SETTLE:
                store.settlement.hasten(connection, timestamp(now))
            case Reaction.END_SAVING:
                customer = customer_who_left(event)
                # A customer who has ordered again since is another user at DES: that order stays.
                if customer is not None and store.orders.close(
                    connection, customer, before=timestamp(event.created_at or now)
                ):
                    ledger.close_savings(connection, customer, reason=event.id, at=now)
            case Reaction.NONE:
                pass


@attrs.frozen
class Following:
    """Looks for events that no webhook has brought, from where the last look ended on."""

    desk: Desk
    inbox: Inbox
    look_every: timedelta

    async def work_off(self) -> None:
        """Look, if a look is due."""
        now, until = timestamp(self.desk.clock.now()), timestamp(self.desk.clock.now() + LEASE)
        longest = max(self.look_every, LONGEST_WAIT)
        look = await self.desk.database.run(
            functools.partial(store.events.claim_look, now=now, until=until, longest=longest)
        )
        if look is None:
            return
        try:
            await self._take_all(look)
        except self.desk.clock.survived(ImpactError) as error:
            due_at = self.desk.log_failure("no look for events", error, failures=look.attempts + 1)
            plan = functools.partial(store.events.plan_look, attempts=look.attempts + 1, last_error=why(error))
        else:
            due_at = timestamp(self.desk.clock.now() + self.look_every)
            plan = functools.partial(store.events.plan_look, attempts=0, last_error=None)
        await self.desk.database.run(functools.partial(plan, due_at=due_at))

    async def _take_all(self, look: Look) -> None:
        after = None if look.after is None else moment(look.after)
        while events := await self.desk.gateway.events(after=after):
            self.desk.crash(due_not_done("events", RECEIVED))
            await self.desk.database.run(functools.partial(self._take, events=events, after=_latest(events, after)))
            before, after = after, _latest(events, after)
            if len(events) < EVENTS_AT_ONCE or after == before:
                return

    def _take(self, connection: Connection, *, events: Sequence[Event], after: datetime | None) -> None:
        self.inbox.take(connection, events, way=Way.LOOKING)
        if after is not None:
            store.events.move_on(connection, after=timestamp(after))


def _latest(events: Sequence[Event], after: datetime | None) -> datetime | None:
    """Where the next look begins: at the last event with a moment that can be read."""
    return next((event.created_at for event in reversed(events) if event.created_at is not None), after)

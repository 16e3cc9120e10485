"""`BankBackend`: the bank's server, and the work behind it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from impact_sdk import ImpactAPI, WebhookVerifier

from ..server.attempts import LONGEST_WAIT
from ..server.database import Connection, Database, Marked
from ..server.http.hosts import refuse_other_pages
from ..server.http.operation import Handler, Operation, by_handler
from ..server.http.recording import Recorder
from ..server.http.service import Service
from ..server.ids import Ids
from ..timeline.clock import Clock, timestamp
from ..timeline.trace import Trace
from . import api, differences, ledger, state, store, tables
from .bank import Bank
from .consents import Consents
from .crash_points import Crash
from .customers import customer_name, register
from .desk import Desk
from .events import Following, Inbox
from .gateway import Gateway
from .identity import Identity
from .ordering import OrderBook
from .provisioning import Provisioning
from .reconciliation import Reconciliation
from .settlement import Settlement
from .signing import Signing
from .store.keys import SigningKey
from .webhooks import Receiver
from .worker import Work, Worker


def _live_on(_point: str) -> None:
    """Default hook: never crash."""


class BankBackend:
    """The bank's server, and the work behind it.

    Args:
        impact: The bank's client of DES. The caller closes it.
        content: What `content()` of another backend in memory returned; this one begins with it.
        crash: Called at each of `CRASH_POINTS`, with its name. If it raises, `run()` ends.
        open_database: Opens the database. Tests give a database that fails.
    """

    def __init__(
        self,
        *,
        database_url: str,
        bank: Bank,
        impact: ImpactAPI,
        clock: Clock,
        trace: Trace,
        ids: Ids,
        content: bytes | None = None,
        crash: Crash = _live_on,
        open_database: Callable[..., Database] = Database,
    ) -> None:
        self.bank, self._clock = bank, clock
        self._database = open_database(
            database_url,
            tables.metadata,
            version=tables.VERSION,
            inline=clock.traffic is not None,
            traffic=clock.traffic,
            content=content,
        )
        new_key = SigningKey(kid=ids.uuid(), private_number=ids.secret())
        self._identity = _identity(
            bank, self._database.run_now(lambda connection: self._first_start(connection, new_key))
        )
        self._desk = Desk(database=self._database, gateway=Gateway(impact), clock=clock, crash=crash)
        self._order_book = OrderBook(
            dream_product=bank.dream_product, decision_after=bank.decision_after, clock=clock, ids=ids
        )
        self._provisioning = Provisioning(self._desk, bank.refuses)
        self._consents = Consents(self._desk, self._order_book, bank.account_for_each_dream)
        inbox = Inbox(clock, crash)
        self._worker = Worker(self._database, clock, self._works(inbox), longest=_longest(bank))
        recorder = Recorder(trace=trace, participant="bank_backend", sender=api.sender, drawn="bank_app")
        self.app = Service(self._operations(inbox, ids), by_handler, ids=ids, recorder=recorder, guard=_guard)

    def _works(self, inbox: Inbox) -> dict[str, Work]:
        """The work on each table, in the order in which it is done."""
        settlement = Settlement(self._desk, self.bank.settle_every)
        works: dict[str, Work] = {
            "consents": self._consents.work_off,
            "orders": self._provisioning.work_off,
            "transfers": settlement.tell,
            "settlement": settlement.receive,
            "reports": Reconciliation(self._desk).work_off,
        }
        if self.bank.look_for_events_every is None:
            return works
        return {"event_look": Following(self._desk, inbox, self.bank.look_for_events_every).work_off, **works}

    def _operations(self, inbox: Inbox, ids: Ids) -> list[Operation[Handler]]:
        """The operations of the bank's app, the bank's public keys, and what DES sends webhooks to."""
        return [
            *api.API(
                database=self._database,
                identity=self._identity,
                clock=self._clock,
                ids=ids,
                opening_balance_cents=self.bank.opening_balance_cents,
                order_book=self._order_book,
                woken=self._worker.wake,
            ).operations(),
            *Signing(
                consents=self._consents, database=self._database, clock=self._clock, woken=self._worker.wake
            ).operations(),
            *Receiver(
                verifier=_verifier(self.bank, self._clock),
                inbox=inbox,
                database=self._database,
                clock=self._clock,
                woken=self._worker.wake,
            ).operations(),
        ]

    def id_token(self, customer: str) -> str:
        """The ID token of a customer who signs in. The first time they become a customer, with money.

        Raises:
            ValueError: That cannot be a customer's name.
        """
        name, now = customer_name(customer), self._clock.now()
        self._database.run_now(
            lambda connection: register(
                connection, name, opening_balance_cents=self.bank.opening_balance_cents, now=now
            )
        )
        return self._identity.id_token(name, now=now)

    def decide(self, *, after: timedelta | None = None, refuses: frozenset[str] | None = None) -> None:
        """Change how long the bank takes, from the next order on, and whom it refuses, from the next decision on.

        None leaves a setting as it is.

        Raises:
            ValueError: No bank can work like that.
        """
        if after is not None:
            self.bank = attrs.evolve(self.bank, decision_after=after)
        if refuses is not None:
            self.bank = attrs.evolve(self.bank, refuses=refuses)
        self._order_book.decision_after = self.bank.decision_after
        self._provisioning.refuses = self.bank.refuses

    async def decide_now(self) -> None:
        """Decide now on every order that waits for a decision."""
        now = timestamp(self._clock.now())
        await self._database.run(lambda connection: store.orders.hasten_decisions(connection, now=now))
        self._worker.wake()

    @property
    def marked(self) -> Marked:
        """Its database, with the mark that is compared with DES's."""
        return Marked(self._database, tables.mark)

    async def differences(self) -> Sequence[str]:
        """What the bank and DES do not know of each other, in sentences. What DES can be told again is due again.

        For a start after one of them has lost part of its memory.

        Raises:
            ImpactError: DES cannot be asked.
        """
        found = await differences.compared(self._database, self._desk.gateway, now=timestamp(self._clock.now()))
        self._worker.wake()
        return found

    async def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Everything the bank has written down, for tests: plain fields, by collection and key."""
        return await self._database.run(state.read, reads_only=True)

    def content(self) -> bytes:
        """All that it has written down; `DatabaseError` if it is not in memory."""
        return self._database.content()

    async def run(self) -> None:
        """Do the bank's work as it falls due, for ever. Work that a killed process left is done at once."""
        await self._worker.run()

    async def work_off(self) -> datetime | None:
        """Do what is due by now; returns when something will be due again. For tests that move the clock by hand."""
        return await self._worker.work_off()

    def close(self) -> None:
        self._database.close()

    def _first_start(self, connection: Connection, new_key: SigningKey) -> SigningKey:
        """Write down what a bank has from the beginning, unless it is there. Returns the key, new or kept."""
        ledger.open_account(connection, ledger.FUNDING, at=self._clock.now())
        store.settlement.prepare(connection)
        looks = self.bank.look_for_events_every is not None
        store.events.prepare_looking(connection, due_at=timestamp(self._clock.now()) if looks else None)
        if not self._database.is_shared:
            store.looks.release_claims(connection)
        return store.keys.signing_key(connection, otherwise=new_key)


def _identity(bank: Bank, key: SigningKey) -> Identity:
    return Identity(
        issuer=bank.issuer,
        audience=bank.audience,
        lifetime=bank.token_lifetime,
        kid=key.kid,
        private_number=key.private_number,
    )


def _longest(bank: Bank) -> dict[str, timedelta]:
    """How long the rows of some tables may have to wait: a bank may choose to look at DES less often than usual."""
    looks_every = bank.look_for_events_every or LONGEST_WAIT
    return {"settlement": max(bank.settle_every, LONGEST_WAIT), "event_look": max(looks_every, LONGEST_WAIT)}


def _verifier(bank: Bank, clock: Clock) -> WebhookVerifier | None:
    if not bank.webhook_secrets:
        return None
    # No store of replays: the transaction that acts on an event knows by its id whether it was here before.
    return WebhookVerifier(bank.webhook_secrets, replays=None, clock=clock)


def _guard(route: str, headers: Mapping[str, str]) -> None:
    """Only the keys are for everybody; all else is for the bank's own app."""
    if route != api.JWKS:
        refuse_other_pages(headers)

"""The Bank Backend as one thing: its settings, its parts, its life."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from impact_sdk import ImpactAPI, WebhookVerifier

from ..server.attempts import LONGEST_WAIT, Retried
from ..server.database import Connection, Database, Marked
from ..server.due import DueWork
from ..server.hosts import refuse_other_pages
from ..server.ids import Ids
from ..server.operation import Handler, Operation, by_handler
from ..server.recording import Recorder
from ..server.service import Service
from ..timeline import durations
from ..timeline.clock import Clock, moment, timestamp
from ..timeline.trace import Trace
from . import api, differences, ledger, state, store, tables
from .consents import Consents
from .crash_points import Crash
from .customers import customer_name, register
from .events import Following, Inbox
from .gateway import PERFORMANCE, SHARED_SAVINGS, Gateway
from .identity import Identity
from .ordering import OrderBook
from .provisioning import Provisioning
from .reconciliation import Reconciliation
from .settlement import Settlement
from .signing import Signing
from .store.keys import SigningKey
from .webhooks import Receiver

# How often a bank fetches deposits, in real time; whoever has a clock of their own is held to `durations.SHORTEST`.
MOST_OFTEN = timedelta(milliseconds=100)


def _not_negative(_bank: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value < type(value)():
        raise ValueError(f"{attribute.name} cannot be negative: {value}")


def _from(least: timedelta) -> Callable[[object, "attrs.Attribute[timedelta]", timedelta], None]:
    def validate(_bank: object, attribute: "attrs.Attribute[timedelta]", value: timedelta) -> None:
        if wrong := durations.what_is_wrong_with(value, least=least):
            raise ValueError(f"{attribute.name} {wrong}")

    return validate


def _customers(_bank: object, _attribute: "attrs.Attribute[frozenset[str]]", names: frozenset[str]) -> None:
    for name in names:
        try:
            customer_name(name)
        except ValueError as error:
            raise ValueError(f"{name!r} {error}") from error


@attrs.frozen(kw_only=True)
class Bank:
    """How this bank is.

    Attributes:
        issuer: `iss` of its ID tokens.
        audience: `aud` of its ID tokens: whom they are for.
        decision_after: From an order to the bank's decision on it.
        settle_every: How often it fetches the deposits that DES requests, once the first account is reported.
        opening_balance_cents: What a new customer has on the current account.
        refuses: Customers who do not get a savings account.
        dream_product: What it opens for a Dream that is to have an account of its own: `SharedSavings`, or
            `Performance`, an investment account.
        account_for_each_dream: Whether each Dream has an account of its own, for those who sign for a savehack.
        webhook_secrets: What DES signs its webhooks with, the present secret and while they are changed the one before;
            none for a bank that reads no webhooks.
        look_for_events_every: How often it looks for events that no webhook has brought; None for a bank that never
            does.
        token_lifetime: How long an ID token is good, and the app's own access token. A real bank's is minutes; this
            one's is long, so that simulated days can pass without anybody renewing anything.
    """

    issuer: str
    audience: str
    decision_after: timedelta = attrs.field(default=timedelta(days=2), validator=_from(timedelta()))
    settle_every: timedelta = attrs.field(default=timedelta(hours=1), validator=_from(MOST_OFTEN))
    opening_balance_cents: int = attrs.field(default=1_000_000, validator=_not_negative)
    refuses: frozenset[str] = attrs.field(default=frozenset(), validator=_customers)
    dream_product: str = attrs.field(
        default=SHARED_SAVINGS, validator=attrs.validators.in_((SHARED_SAVINGS, PERFORMANCE))
    )
    account_for_each_dream: bool = False
    webhook_secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    look_for_events_every: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(_from(MOST_OFTEN))
    )
    token_lifetime: timedelta = attrs.field(default=timedelta(days=365), validator=_from(durations.SHORTEST))


def _live_on(_point: str) -> None:
    """Not to crash anywhere is what one wants of a backend."""


class BankBackend:
    """The bank's server and the work behind it.

    Args:
        impact: The bank's client of DES. Whoever made it closes it.
        content: What `content()` of a backend in memory gave, to go on with it.
        crash: Called at each of `CRASH_POINTS`, with its name; what it raises ends `run()`.
        open_database: What opens the database, for whoever wants to see one fail.
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
        self._clock = clock
        self._database = open_database(
            database_url,
            tables.metadata,
            version=tables.VERSION,
            inline=clock.traffic is not None,
            traffic=clock.traffic,
            content=content,
        )
        self.bank = bank
        new_key = SigningKey(kid=ids.uuid(), private_number=ids.secret())
        key = self._database.run_now(lambda connection: self._first_start(connection, new_key))
        self._identity = Identity(
            issuer=bank.issuer,
            audience=bank.audience,
            lifetime=bank.token_lifetime,
            kid=key.kid,
            private_number=key.private_number,
        )
        self._gateway = gateway = Gateway(impact)
        self._provisioning = Provisioning(
            database=self._database, gateway=gateway, clock=clock, refuses=bank.refuses, crash=crash
        )
        settlement = Settlement(
            database=self._database, gateway=gateway, clock=clock, settle_every=bank.settle_every, crash=crash
        )
        reconciliation = Reconciliation(database=self._database, gateway=gateway, clock=clock, crash=crash)
        self._order_book = OrderBook(
            dream_product=bank.dream_product, decision_after=bank.decision_after, clock=clock, ids=ids
        )
        self._consents = Consents(
            database=self._database,
            gateway=gateway,
            clock=clock,
            order_book=self._order_book,
            account_for_each_dream=bank.account_for_each_dream,
            crash=crash,
        )
        inbox = Inbox(clock=clock, crash=crash)
        # In this order, by the name of the table whose rows say when.
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "consents": self._consents.work_off,
            "orders": self._provisioning.work_off,
            "transfers": settlement.tell,
            "settlement": settlement.receive,
            "reports": reconciliation.work_off,
        }
        if bank.look_for_events_every is not None:
            following = Following(
                database=self._database,
                gateway=gateway,
                inbox=inbox,
                clock=clock,
                look_every=bank.look_for_events_every,
                crash=crash,
            )
            works = {"event_look": following.work_off, **works}
        # Each for itself: one that fails keeps none of the others waiting.
        self._works = {table: (Retried(f"the bank's work on {table}", clock), work) for table, work in works.items()}
        self._due = DueWork("the bank's look for work", clock, self.work_off, look_every=self._database.look_every)
        self.app = Service(
            self._operations(inbox, ids),
            by_handler,
            ids=ids,
            recorder=Recorder(trace=trace, participant="bank_backend", sender=api.sender, drawn="bank_app"),
            guard=_guard,
        )

    def _operations(self, inbox: Inbox, ids: Ids) -> list[Operation[Handler]]:
        """What can be asked of the bank: by its app, by whoever fetches its keys, and by DES with webhooks."""
        return [
            *api.API(
                database=self._database,
                identity=self._identity,
                clock=self._clock,
                ids=ids,
                opening_balance_cents=self.bank.opening_balance_cents,
                order_book=self._order_book,
                woken=self._due.wake,
            ).operations(),
            *Signing(
                consents=self._consents, database=self._database, clock=self._clock, woken=self._due.wake
            ).operations(),
            *Receiver(
                verifier=_verifier(self.bank, self._clock),
                inbox=inbox,
                database=self._database,
                clock=self._clock,
                woken=self._due.wake,
            ).operations(),
        ]

    def id_token(self, customer: str) -> str:
        """The ID token that signing in gives; whoever signs in for the first time becomes a customer, with money.

        ValueError for what cannot be a customer's name.
        """
        name, now = customer_name(customer), self._clock.now()
        self._database.run_now(
            lambda connection: register(
                connection, name, opening_balance_cents=self.bank.opening_balance_cents, now=now
            )
        )
        return self._identity.id_token(name, now=now)

    def decide(self, *, after: timedelta | None = None, refuses: frozenset[str] | None = None) -> None:
        """Change how the bank decides, from the next order on, and whom it refuses, from the next decision on.

        What is left out stays as it is. ValueError for what no bank can be.
        """
        if after is not None:
            self.bank = attrs.evolve(self.bank, decision_after=after)
        if refuses is not None:
            self.bank = attrs.evolve(self.bank, refuses=refuses)
        self._order_book.decision_after = self.bank.decision_after
        self._provisioning.refuses = self.bank.refuses

    async def decide_now(self) -> None:
        """Decide at once on every order that waits for a decision."""
        now = timestamp(self._clock.now())
        await self._database.run(lambda connection: store.orders.hasten_decisions(connection, now=now))
        self._due.wake()

    @property
    def marked(self) -> Marked:
        """Its database, with what DES' is compared with."""
        return Marked(self._database, tables.mark)

    async def differences(self) -> Sequence[str]:
        """What DES does not know of what the bank has done, or the bank of what DES has; in sentences.

        What can be told once more is due again. For a start after one of them has lost some of its memory.

        Raises:
            ImpactError: DES cannot be asked.
        """
        found = await differences.compared(self._database, self._gateway, now=timestamp(self._clock.now()))
        self._due.wake()
        return found

    async def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Everything the bank has written down, for whoever tests: plain fields, by collection and key."""
        return await self._database.run(state.read, reads_only=True)

    def content(self) -> bytes:
        """All that it has written down; `DatabaseError` where that is not in memory."""
        return self._database.content()

    async def run(self) -> None:
        """Work off orders and deposits as they fall due, for ever; what was under way when a process died, at once."""
        await self._due.run()

    async def work_off(self) -> datetime | None:
        """Do what is due by now, and return when something will be due again; for those who drive the clock by hand."""
        while True:
            looks = await self._database.run(self._next_looks, reads_only=True)
            waiting = {table: self._next_attempt(table, at) for table, at in looks.items() if table in self._works}
            now = timestamp(self._clock.now())
            due = [table for table in self._works if table in waiting and waiting[table] <= now]
            if not due:
                return moment(min(waiting.values())) if waiting else None
            for table in due:
                retried, work = self._works[table]
                await retried.attempt(work, otherwise=None)

    def _next_looks(self, connection: Connection) -> Mapping[str, str]:
        # A bank that settles less often than every few minutes means to wait so long.
        looks_every = self.bank.look_for_events_every or LONGEST_WAIT
        longest = {
            "settlement": max(self.bank.settle_every, LONGEST_WAIT),
            "event_look": max(looks_every, LONGEST_WAIT),
        }
        return store.looks.next_looks(connection, now=timestamp(self._clock.now()), longest=longest)

    def _next_attempt(self, table: str, due_at: str) -> str:
        retried, _ = self._works[table]
        return max(due_at, timestamp(retried.not_before)) if retried.waits and retried.not_before else due_at

    def close(self) -> None:
        self._database.close()

    def _first_start(self, connection: Connection, new_key: SigningKey) -> SigningKey:
        """Write down what there is from the beginning, if this is it; return the key, new or kept."""
        ledger.open_account(connection, ledger.FUNDING, at=self._clock.now())
        store.settlement.prepare(connection)
        looks = self.bank.look_for_events_every is not None
        store.events.prepare_looking(connection, due_at=timestamp(self._clock.now()) if looks else None)
        if not self._database.is_shared:
            store.looks.release_claims(connection)
        return store.keys.signing_key(connection, otherwise=new_key)


def _verifier(bank: Bank, clock: Clock) -> WebhookVerifier | None:
    if not bank.webhook_secrets:
        return None
    # No store of replays: an event that comes again is known by its id, in the transaction in which it is acted on.
    return WebhookVerifier(bank.webhook_secrets, replays=None, clock=clock)


def _guard(route: str, headers: Mapping[str, str]) -> None:
    """Everything but the keys is for the bank's own app."""
    if route != api.JWKS:
        refuse_other_pages(headers)

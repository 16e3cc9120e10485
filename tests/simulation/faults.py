"""Both servers at work on the machine's clock, and what their peers and their own databases do to them."""

import random
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import attrs
import httpx
import sqlalchemy as sa

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.backend.store import settlement
from bank_app_sim.backend.store.claims import DueRows
from bank_app_sim.des import DES, Tenant
from bank_app_sim.server.database import Connection, Database, file_address
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, ImpactAPI

from ..backend.network import Network
from ..backend.saver import Saver, saver
from ..des.receiver import secret
from ..quick_clock import QuickClock

T = TypeVar("T")

AMOUNT = 5_000

YEARS = timedelta(days=3_650)
TENANT = Tenant(
    id="demo",
    client_id="demo-bank",
    client_secret="a-planted-secret-of-a-bank",
    issuer="https://bank.test",
    audience="demo-bank",
    jwks_url="http://bank/.well-known/jwks.json",
    access_token_lifetime=YEARS,
)
BANK = Bank(
    issuer=TENANT.issuer,
    audience=TENANT.audience,
    decision_after=timedelta(),
    settle_every=timedelta(seconds=5),
    look_for_events_every=timedelta(seconds=5),
    webhook_secrets=(secret("a"),),
    token_lifetime=YEARS,
)

# Whose background work it is that runs.
WHOSE: ContextVar[str] = ContextVar("WHOSE", default="nobody's")


@attrs.frozen
class Answered(Exception):
    """No exception at all: an answer that nobody expects."""

    status: int
    content: bytes = b""


def sqlite_error(name: str) -> sqlite3.OperationalError:
    """As the driver raises it."""
    error = sqlite3.OperationalError(f"SQLite says {name}")
    error.sqlite_errorcode = getattr(sqlite3, name)
    error.sqlite_errorname = name
    return error


# What a database raises, and what is a mistake of ours.
EXCEPTIONS: Sequence[Callable[[], Exception]] = (
    partial(RuntimeError, "a mistake of ours"),
    partial(sqlite_error, "SQLITE_BUSY"),
    partial(sqlite_error, "SQLITE_FULL"),
    partial(sqlite_error, "SQLITE_CORRUPT"),
    partial(sqlite_error, "SQLITE_IOERR"),
    lambda: sa.exc.IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed")),
    partial(UnicodeError, "label empty or too long"),
    lambda: ExceptionGroup("of a task group", [ValueError("\0 and \ud800")]),
    partial(RecursionError, "maximum recursion depth exceeded"),
)
# What a peer does.
ANSWERS: Sequence[Callable[[], Exception]] = (
    partial(RuntimeError, "a mistake of a transport"),
    partial(httpx.RemoteProtocolError, "illegal status line"),
    partial(httpx.InvalidURL, "no port"),
    partial(UnicodeError, "label empty or too long"),
    lambda: ExceptionGroup("of a task group", [OSError("no buffer space")]),
    partial(Answered, 520),
    partial(Answered, 999, b"\xff\xfe"),
    partial(Answered, 200, b"[" * 100_000),
    partial(Answered, 200, b'{"unexpected": "\\ud800"}'),
    partial(Answered, 201, b"[]"),
    partial(Answered, 302),
    partial(Answered, 401, b"\0"),
)


@attrs.define(eq=False)
class Fault:
    """An exception at one point of the background work of one actor.

    Attributes:
        of: The actor.
        at: The name of what is to be done at this point; empty for none.
        nth: Which time it is done, from 1.
        error: What is raised there.
        is_late: What was to be done is done all the same.
        seen: The names of all that was done in the background.
        struck: Where something was raised.
    """

    of: str
    at: str = ""
    nth: int = 1
    error: Callable[[], Exception] = EXCEPTIONS[0]
    is_late: bool = False
    seen: set[str] = attrs.field(factory=set)
    struck: set[str] = attrs.field(factory=set)

    def arm(self, at: str, nth: int, error: Callable[[], Exception], *, is_late: bool) -> None:
        self.at, self.nth, self.error, self.is_late = at, nth, error, is_late

    def strikes(self, what: str) -> bool:
        if WHOSE.get() != self.of:
            return False
        self.seen.add(what)
        if what != self.at:
            return False
        self.nth -= 1
        if self.nth == 0:
            self.struck.add(what)
        return self.nth == 0


class FailingDatabase(Database):
    """A database that fails its actor at one point."""

    def __init__(self, fault: Fault, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fault = fault

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool = False) -> T:
        if not self._fault.strikes(_name(work)):
            return await super().run(work, reads_only=reads_only)

        def fail(_connection: Connection) -> T:
            raise self._fault.error()

        if self._fault.is_late:
            await super().run(work, reads_only=reads_only)
        return await super().run(fail, reads_only=reads_only)


def _name(work: Any) -> str:
    """The function that works on the database; a claim is named by its table, too."""
    while isinstance(work, partial):
        work = work.func
    claims = getattr(work, "__self__", None)
    if isinstance(claims, DueRows):
        return f"claim {claims.claiming.table}"
    return "claim settlement" if work is settlement.claim else str(work.__qualname__)


_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@attrs.frozen
class FailingNetwork(httpx.AsyncBaseTransport):
    """A network on which one message of an actor is answered by anything."""

    fault: Fault
    network: Network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self.fault.strikes(f"{request.method} {_UUID.sub('{id}', request.url.path)}"):
            return await self.network.handle_async_request(request)
        if self.fault.is_late:
            await self.network.handle_async_request(request)
        error = self.fault.error()
        if isinstance(error, Answered):
            return httpx.Response(error.status, content=error.content, request=request)
        raise error


@attrs.define
class Standing:
    """Both servers, at work."""

    network: Network
    clock: QuickClock
    customers: int = 0

    async def saves(self) -> None:
        """Another customer saves, and all comes to its end: account, deposit, books, and events."""
        self.customers += 1
        async with saver(f"customer-{self.customers}", self.network, self.clock) as someone:
            await someone.saves(AMOUNT)
            await someone.orders_account()
            await eventually(partial(self._has_ended, someone))
            assert await someone.deposits() == [(AMOUNT, "settled", [])]
            assert (await someone.balances())[f"savings:{someone.name}"] == AMOUNT
            assert (await someone.bank.get("/ledger")).json()["sum_cents"] == 0

    async def _has_ended(self, someone: Saver) -> bool:
        if await someone.holds() != {"Bike": AMOUNT}:
            return False
        # By webhook, or by the bank's own look.
        heard = (await someone.bank.get("/impact-events")).json()["events"]
        settled = [event for event in heard if event["type"] == "DepositSettled"]
        return len(settled) == self.customers


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the machine's clock brings."""
    with anyio.fail_after(15):
        while True:
            if await is_so():
                return
            await anyio.sleep(0.002)


@asynccontextmanager
async def standing(
    folder: Path, *, database: Fault | None = None, peer: Fault | None = None
) -> AsyncIterator[Standing]:
    """Both servers at work on files, with faults of an actor's own database, or of its peer's responses."""
    clock, network = QuickClock(times=150), Network()
    trace = Trace(clock, keep=10)
    transport = network if peer is None else FailingNetwork(peer, network)

    def opens(actor: str) -> Any:
        return Database if database is None or database.of != actor else partial(FailingDatabase, database)

    async with ImpactAPI(
        "http://des",
        auth=ClientCredentials(TENANT.client_id, TENANT.client_secret),
        transport=transport,
        clock=clock,
        attempts=1,  # what fails reaches the bank, and is not made good below it
    ) as impact:
        des = DES(
            database_url=file_address(folder / "des.sqlite3", synchronous="OFF"),
            tenants=[TENANT],
            clock=MachineClock(clock),
            trace=trace,
            ids=Ids(random.Random(1)),
            transport=network,
            webhook_transport=transport,
            open_database=opens("des"),
        )
        bank = BankBackend(
            database_url=file_address(folder / "bank.sqlite3", synchronous="OFF"),
            bank=BANK,
            impact=impact,
            clock=MachineClock(clock),
            trace=trace,
            ids=Ids(random.Random(2)),
            open_database=opens("bank"),
        )
        network.hosts.update(des=des.app, bank=bank.app)
        async with _at_work(des, bank, impact):
            yield Standing(network, clock)


@asynccontextmanager
async def _at_work(des: DES, bank: BankBackend, impact: ImpactAPI) -> AsyncIterator[None]:
    async def run(actor: str, server: DES | BankBackend) -> None:
        WHOSE.set(actor)
        await server.run()

    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run, "des", des)
            tasks.start_soon(run, "bank", bank)
            await impact.sandbox.set_webhook_endpoint(
                url="http://bank/webhooks/events",
                transactions_url="http://bank/webhooks/transactions",
                secret=BANK.webhook_secrets[0],
            )
            yield
            tasks.cancel_scope.cancel()
    finally:
        des.close()
        bank.close()

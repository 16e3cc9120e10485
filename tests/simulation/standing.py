"""Both servers at work on files and on the machine's clock, while something fails one of them."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import attrs
import httpx

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.des import DES, Tenant
from bank_app_sim.server.database import Database, file_address
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, ImpactAPI

from ..backend.network import Network
from ..backend.saver import Saver, saver
from ..des.receiver import secret
from ..quick_clock import QuickClock
from .failing import WHOSE, FailingDatabase, FailingNetwork, Failure

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
    folder: Path, *, database: Failure | None = None, peer: Failure | None = None
) -> AsyncIterator[Standing]:
    """Both servers at work on files, until the end of the block.

    Args:
        database: Of the actor's own database.
        peer: Of what the other one answers.
    """
    clock, network = QuickClock(times=150), Network()
    transport = network if peer is None else FailingNetwork(peer, network)

    async def run(actor: str, server: DES | BankBackend) -> None:
        WHOSE.set(actor)
        await server.run()

    async with ImpactAPI(
        "http://des",
        auth=ClientCredentials(TENANT.client_id, TENANT.client_secret),
        transport=transport,
        clock=clock,
        attempts=1,  # a failure has to reach the bank, and not be repaired below it
    ) as impact:
        bank = _bank(folder, impact, clock, database)
        with closing(_des(folder, network, transport, clock, database)) as des, closing(bank):
            network.hosts.update(des=des.app, bank=bank.app)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(run, "des", des)
                tasks.start_soon(run, "bank", bank)
                await impact.sandbox.set_webhook_endpoint(
                    url="http://bank/webhooks/events",
                    transactions_url="http://bank/webhooks/transactions",
                    secret=BANK.webhook_secrets[0],
                )
                yield Standing(network, clock)
                tasks.cancel_scope.cancel()


def _opens(actor: str, failure: Failure | None) -> Callable[..., Database]:
    return Database if failure is None or failure.of != actor else partial(FailingDatabase, failure)


def _des(
    folder: Path, network: Network, transport: httpx.AsyncBaseTransport, clock: QuickClock, failure: Failure | None
) -> DES:
    return DES(
        database_url=file_address(folder / "des.sqlite3", synchronous="OFF"),
        tenants=[TENANT],
        clock=MachineClock(clock),
        trace=Trace(clock, keep=10),
        ids=Ids(random.Random(1)),
        transport=network,
        webhook_transport=transport,
        open_database=_opens("des", failure),
    )


def _bank(folder: Path, impact: ImpactAPI, clock: QuickClock, failure: Failure | None) -> BankBackend:
    return BankBackend(
        database_url=file_address(folder / "bank.sqlite3", synchronous="OFF"),
        bank=BANK,
        impact=impact,
        clock=MachineClock(clock),
        trace=Trace(clock, keep=10),
        ids=Ids(random.Random(2)),
        open_database=_opens("bank", failure),
    )

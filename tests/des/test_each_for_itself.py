"""What goes wrong for one bank, or for one launch, keeps no other waiting."""

import contextlib
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import anyio
import attrs
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.database import file_address
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace

from ..quick_clock import QuickClock
from ..simulation.standing import eventually
from .bank import TENANT, Bank
from .conftest import authorize, client_of
from .journey import create_dream, id_of, initiate, launch_daily
from .receiver import URL, Receiver, secret

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])

OTHER = attrs.evolve(TENANT, id="tenant-2", client_id="other-bank", audience="the-other-bank")
THEIR_URL = "https://other.example/webhooks"
ENDPOINT = "/sandbox/webhook-endpoint"


@attrs.frozen
class Standing:
    """A DES at work, with a file that one can write into behind its back."""

    des: DES
    clock: QuickClock
    bank: Bank
    receiver: Receiver
    file: Path

    def write(self, sql: str) -> None:
        with contextlib.closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(sql)

    @asynccontextmanager
    async def backend(self, client_id: str) -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(self.des) as backend:
            await authorize(backend, client_id=client_id)
            yield backend

    @asynccontextmanager
    async def user(self, name: str) -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(self.des) as client:
            expiry = int((self.clock.now() + timedelta(days=900)).timestamp())
            token = self.bank.id_token(name, exp=expiry)
            client.headers["X-User"] = (await client.post("/users/verify_token", json={"token": token})).json()["user"][
                "id"
            ]
            yield client


@pytest.fixture
async def stands(tmp_path: Path) -> AsyncIterator[Standing]:
    clock, receiver = QuickClock(times=150), Receiver()
    bank = Bank(MachineClock(clock))
    des = DES(
        database_url=file_address(tmp_path / "des.sqlite3", synchronous="OFF"),
        tenants=[attrs.evolve(each, access_token_lifetime=timedelta(days=900)) for each in (TENANT, OTHER)],
        clock=MachineClock(clock),
        trace=Trace(clock, keep=10),
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
        webhook_transport=receiver.transport(),
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(des.run)
        yield Standing(des, clock, bank, receiver, tmp_path / "des.sqlite3")
        tasks.cancel_scope.cancel()
    des.close()


async def subscribe(backend: httpx.AsyncClient, url: str) -> None:
    endpoint = {"webhookEndpoint": {"url": url, "secret": secret("a")}}
    assert (await backend.put(ENDPOINT, json=endpoint)).status_code == 200


async def create_user(backend: httpx.AsyncClient, name: str) -> None:
    assert (await backend.post("/v1/users", json={"user": {"externalId": name}})).status_code == 201


async def test_what_cannot_be_signed_is_a_failed_attempt_and_keeps_no_other_bank_waiting(stands: Standing) -> None:
    async with stands.backend(TENANT.client_id) as ours, stands.backend(OTHER.client_id) as theirs:
        await subscribe(ours, URL)
        await subscribe(theirs, THEIR_URL)
        stands.write(f"UPDATE webhook_endpoints SET secret = 'é' WHERE url = '{URL}'")
        await create_user(ours, "ada")
        await create_user(theirs, "bo")

        async def is_so() -> bool:
            attempts: int = (await ours.get(ENDPOINT)).json()["webhookEndpoint"]["attempts"]
            return attempts > 1 and len(stands.receiver.requests) == 1

        await eventually(is_so)
        assert {str(request.url) for request in stands.receiver.requests} == {THEIR_URL}


async def test_what_cannot_be_read_keeps_no_other_bank_waiting(
    stands: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    async with stands.backend(TENANT.client_id) as ours, stands.backend(OTHER.client_id) as theirs:
        await create_user(ours, "ada")
        await subscribe(ours, URL)
        await subscribe(theirs, THEIR_URL)
        stands.write(f"UPDATE events SET data = '{{' WHERE tenant_id = '{TENANT.id}'")
        stands.write(f"UPDATE webhook_endpoints SET delivered_us = 0 WHERE tenant_id = '{TENANT.id}'")
        await create_user(theirs, "bo")

        async def is_so() -> bool:
            return len(stands.receiver.requests) == 1 and caplog.text.count("sending webhooks of") == 1

        await eventually(is_so)
        assert {str(request.url) for request in stands.receiver.requests} == {THEIR_URL}


async def test_a_launch_that_cannot_be_run_is_put_off_and_keeps_no_other_waiting(
    stands: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    async with stands.user("ada") as ada, stands.user("bo") as bo, stands.backend(TENANT.client_id) as backend:
        for user in (ada, bo):
            await initiate(user, id_of(user))
            await launch_daily(user, await create_dream(user))
        stands.write(f"UPDATE savehack_launches SET timezone = 'Nowhere/Land' WHERE user_id = '{id_of(ada)}'")
        stands.clock.set_by += timedelta(days=2)

        async def the_other_saves() -> bool:
            listed = await backend.get("/v1/transactions", params={"externalUserId": "bo"})
            return len(listed.json()["transactions"]) == 3  # at once, and after each day

        await eventually(the_other_saves)
    assert [record for record in caplog.records if "cannot be run before" in record.message]

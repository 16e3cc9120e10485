"""What is written down survives the process."""

import functools
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import attrs
import httpx
import pytest
import sqlalchemy as sa

from bank_app_sim.des import DES, Tenant, purging, tables
from bank_app_sim.server.database import Connection, Database, DatabaseError, values
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock, timestamp
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from .bank import TENANT, Bank
from .conftest import authorize, client_of
from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account, transactions


@asynccontextmanager
async def process(url: str, bank: Bank, *, seed: int, tenant: Tenant = TENANT) -> AsyncIterator[httpx.AsyncClient]:
    """A DES on a database, from its start to its end, and a client of it."""
    des = DES(
        database_url=url,
        tenants=[tenant],
        clock=bank.clock,
        trace=Trace(bank.clock),
        ids=Ids(random.Random(seed)),
        transport=bank.transport(),
    )
    try:
        async with anyio.create_task_group() as tasks, client_of(des) as client:
            tasks.start_soon(des.run)
            yield client
            tasks.cancel_scope.cancel()
    finally:
        des.close()


async def sign_in(client: httpx.AsyncClient, bank: Bank) -> None:
    expiry = int((bank.clock.now() + timedelta(days=90)).timestamp())
    answer = await client.post("/users/verify_token", json={"token": bank.id_token("ada", exp=expiry)})
    client.headers["X-User"] = answer.json()["user"]["id"]


async def launch_a_savehack(client: httpx.AsyncClient, bank: Bank) -> dict[str, str]:
    """Sign in, and switch on a daily savehack that runs; gives the session's cookie."""
    await sign_in(client, bank)
    await initiate(client, id_of(client))
    await launch_daily(client, await create_dream(client))
    return dict(client.cookies)


async def deposits_when_there_are(client: httpx.AsyncClient, count: int) -> list[dict[str, Any]]:
    """They are prepared in turns with other requests: look until they are."""
    with anyio.fail_after(10):
        while len(found := await transactions(client)) < count:
            await anyio.lowlevel.checkpoint()
    return found


async def test_missed_deposits_are_prepared_once_each(
    lasting_database_of: DatabaseOf, bank: Bank, clock: SimulatedClock
) -> None:
    url = lasting_database_of("des")
    async with process(url, bank, seed=1) as client:
        cookies = await launch_a_savehack(client, bank)
    bank.clock = SimulatedClock(clock.now() + timedelta(days=21, hours=1))

    async with process(url, bank, seed=2) as client:
        client.cookies.update(cookies)
        deposits = await deposits_when_there_are(client, 22)
    async with process(url, bank, seed=3) as client:
        client.cookies.update(cookies)
        again = await deposits_when_there_are(client, 22)

    assert [deposit["requestedAt"] for deposit in deposits] == [
        f"2026-12-{day:02}T10:00:00.000000Z" for day in range(2, 24)
    ]
    assert again == deposits


@pytest.mark.thorough
async def test_many_launches_that_are_due_are_all_prepared(
    lasting_database_of: DatabaseOf, bank: Bank, clock: SimulatedClock
) -> None:
    """More than fit into one transaction."""
    url = lasting_database_of("des")
    async with process(url, bank, seed=1) as client:
        cookies = await launch_a_savehack(client, bank)
        dream = await create_dream(client)
        for _ in range(120):
            await launch_daily(client, dream)
    bank.clock = SimulatedClock(clock.now() + timedelta(days=2))

    async with process(url, bank, seed=2) as client:
        client.cookies.update(cookies)
        with anyio.fail_after(10):
            while (await client.get("/v1/transactions")).json()["meta"]["count"] < 3 * 121:
                await anyio.lowlevel.checkpoint()


async def test_a_session_and_its_keys_go_on(lasting_database_of: DatabaseOf, bank: Bank) -> None:
    url = lasting_database_of("des")
    body = {"dream": {"name": "Boat", "targetCents": 1}}
    key = {"Idempotency-Key": "k"}
    async with process(url, bank, seed=1) as client:
        cookies = await launch_a_savehack(client, bank)
        first = await client.post("/v1/dreams", json=body, headers=key)

    async with process(url, bank, seed=2) as client:
        client.cookies.update(cookies)
        again = await client.post("/v1/dreams", json=body, headers=key)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_changed_secret_counts_from_the_next_start(lasting_database_of: DatabaseOf, bank: Bank) -> None:
    url = lasting_database_of("des")
    async with process(url, bank, seed=1):
        pass

    async with process(
        url, bank, seed=2, tenant=attrs.evolve(TENANT, client_secret="another-secret-of-the-bank")
    ) as client:
        old = {"grant_type": "client_credentials", "client_id": "demo-bank", "client_secret": TENANT.client_secret}
        with_old = await client.post("/oauth/token", data=old)
        with_new = await client.post("/oauth/token", data={**old, "client_secret": "another-secret-of-the-bank"})

    assert (with_old.status_code, with_new.status_code) == (401, 200)


async def test_one_bank_reaches_nothing_of_another_in_the_same_database(
    lasting_database_of: DatabaseOf, bank: Bank
) -> None:
    url = lasting_database_of("des")
    async with process(url, bank, seed=1) as client:
        await launch_a_savehack(client, bank)
        await authorize(client)
        users = (await client.get("/v1/users")).json()["users"]
        [dream] = (await client.get("/v1/dreams")).json()["dreams"]
        [deposit] = await transactions(client)
    other = attrs.evolve(TENANT, id="tenant-2", client_id="other-bank")

    async with process(url, bank, seed=2, tenant=other) as client:
        await authorize(client, client_id="other-bank")
        found = [
            (await client.get(f"/v1/{plural}")).json()["meta"]["count"]
            for plural in ("users", "accounts", "dreams", "savehack-launches", "transactions")
        ]
        account = await post_account(client, users[0]["id"])
        settled = await client.patch(f"/v1/transactions/{deposit['id']}", json={"transaction": {}})
        new_user = await client.post("/v1/users", json={"user": {"externalId": "ada"}})
        foreign_dream = await client.get(f"/v1/dreams/{dream['id']}")

    assert len(users) == 1
    assert found == [0, 0, 0, 0, 0]
    assert (account.status_code, errors_of(account)) == (400, {"account.userId": ["does not exist"]})
    assert (settled.status_code, foreign_dream.status_code) == (404, 404)
    assert new_user.status_code == 201


async def test_who_belongs_to_a_bank_that_is_served_no_more_is_told_so(
    lasting_database_of: DatabaseOf, bank: Bank
) -> None:
    url = lasting_database_of("des")
    async with process(url, bank, seed=1) as client:
        await authorize(client)
        token = client.headers["Authorization"]

    async with process(url, bank, seed=2, tenant=attrs.evolve(TENANT, id="tenant-2", client_id="other")) as client:
        answer = await client.get("/v1/users", headers={"Authorization": token})

    assert (answer.status_code, errors_of(answer)) == (401, {"base": ["this bank is not served here any more"]})


async def test_no_secret_is_in_the_file(tmp_path: Path, bank: Bank) -> None:
    file = tmp_path / "des.db"
    async with process(f"sqlite:///{file}", bank, seed=1) as client:
        cookies = await launch_a_savehack(client, bank)
        await authorize(client)

    stored = file.read_bytes()
    assert b"Bike" in stored
    secrets = [
        TENANT.client_secret,
        cookies["impact_session"],
        client.headers["Authorization"].removeprefix("Bearer "),
    ]
    for secret in secrets:
        assert secret.encode() not in stored


def rows_of(url: str) -> dict[str, int]:
    """How many rows of what expires are in a database that nobody serves."""
    with closing(Database(url, tables.metadata, version=tables.VERSION)) as database:
        expiring = (tables.events, tables.idempotency_keys, tables.sessions, tables.access_tokens)
        return {table.name: database.run_now(functools.partial(count, table=table)) for table in expiring}


def count(connection: Connection, *, table: sa.Table) -> int:
    return int(values(sa.select(sa.func.count()).select_from(table)).one(connection))


async def test_what_has_expired_goes_however_often_des_is_restarted(
    lasting_database_of: DatabaseOf, bank: Bank, clock: SimulatedClock
) -> None:
    """Also of users who are erased; and a batch after the other, where it is more than fits into one."""
    url, began = lasting_database_of("des"), clock.now()
    async with process(url, bank, seed=1) as client:
        await sign_in(client, bank)
        await create_dream(client)
        body = {"dream": {"name": "Boat", "targetCents": 1}}
        await client.post("/v1/dreams", json=body, headers={"Idempotency-Key": "k"})
        await authorize(client)
        assert (await client.delete(f"/v1/users/{id_of(client)}")).status_code == 204
        await client.post("/v1/users", json={"user": {"externalId": "bo"}}, headers={"Idempotency-Key": "k"})
    before = rows_of(url)

    for day in range(3, 43, 3):
        bank.clock = SimulatedClock(began + timedelta(days=day))
        async with process(url, bank, seed=day):
            await bank.clock.advance(timedelta(seconds=1))

    assert before["events"] == 6
    assert (before["idempotency_keys"], before["access_tokens"]) == (1, 1)
    assert set(rows_of(url).values()) == {0}


async def test_what_expires_is_thrown_away_all_of_it(
    lasting_database_of: DatabaseOf, bank: Bank, clock: SimulatedClock
) -> None:
    url = lasting_database_of("des")
    async with process(url, bank, seed=1):
        pass
    with closing(Database(url, tables.metadata, version=tables.VERSION)) as database:
        token = {"tenant_id": TENANT.id, "expires_at": timestamp(clock.now())}
        tokens = [{**token, "token_hash": str(n)} for n in range(2 * purging.BATCH + 1)]
        database.run_now(lambda connection: connection.execute(sa.insert(tables.access_tokens), tokens))

    bank.clock = SimulatedClock(clock.now() + purging.EVERY)
    async with process(url, bank, seed=2):
        await bank.clock.advance(timedelta(seconds=1))

    assert rows_of(url)["access_tokens"] == 0


def test_a_purge_that_a_wrong_clock_has_written_down_is_not_waited_for() -> None:
    now, in_a_year = "2026-12-01T10:00:00.000000Z", "2027-12-01T10:00:00.000000Z"

    assert purging.due_at(in_a_year, now) == now
    assert purging.due_at(now, now) == "2026-12-08T10:00:00.000000Z"


async def test_of_an_erased_user_nothing_stays_in_the_file_once_the_events_have_expired(
    tmp_path: Path, bank: Bank, clock: SimulatedClock
) -> None:
    """Not in pages that are free, either, nor in the log beside the file."""
    url, file = f"sqlite:///{tmp_path / 'des.db'}", tmp_path / "des.db"
    async with process(url, bank, seed=1) as client:
        await sign_in(client, bank)
        for n in range(100):
            await create_dream(client, name=f"Zeppelin {n}")
        await authorize(client)
        # What the log holds goes into the file with the next start: only then it can be seen to go.
    assert b"Zeppelin" in file.read_bytes()
    async with process(url, bank, seed=2) as client:
        await authorize(client)
        user = (await client.get("/v1/users")).json()["users"][0]
        assert (await client.delete(f"/v1/users/{user['id']}")).status_code == 204

    bank.clock = SimulatedClock(clock.now() + timedelta(days=31))
    async with process(url, bank, seed=3):
        await bank.clock.advance(timedelta(seconds=1))

    assert os.listdir(tmp_path) == ["des.db"]
    for said in (b"Zeppelin", user["id"].encode(), b"DreamCreated"):
        assert said not in file.read_bytes()


async def test_a_file_of_something_else_is_refused(tmp_path: Path, bank: Bank) -> None:
    file = tmp_path / "des.db"
    file.write_text("not a database" * 100)

    with pytest.raises(DatabaseError, match="cannot be opened as a database"):
        async with process(f"sqlite:///{file}", bank, seed=1):
            pass

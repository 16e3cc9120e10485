"""Two processes of DES at one database."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import anyio
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.database import of_actor
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.machine_clock import MachineClock
from bank_app_sim.timeline.trace import Trace

from .bank import TENANT, Bank
from .conftest import authorize, client_of
from .journey import create_dream, id_of, initiate, launch_daily, transactions

pytestmark = pytest.mark.postgresql


@contextmanager
def two_processes(world_url: str, bank: Bank) -> Iterator[tuple[DES, DES]]:
    def start() -> DES:
        return DES(
            database_url=of_actor(world_url, "des"),
            tenants=[TENANT],
            clock=bank.clock,
            trace=Trace(bank.clock),
            ids=Ids(random.SystemRandom()),
            transport=bank.transport(),
        )

    with closing(start()) as here, closing(start()) as there:
        yield here, there


@pytest.fixture
def bank() -> Bank:
    return Bank(MachineClock())


@pytest.fixture
def processes(postgresql_url: str, bank: Bank) -> Iterator[tuple[DES, DES]]:
    with two_processes(postgresql_url, bank) as processes:
        yield processes


Clients = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture
async def ada(processes: tuple[DES, DES], bank: Bank) -> AsyncIterator[Clients]:
    """One session, at both processes."""
    here, there = processes
    async with client_of(here) as first, client_of(there) as second:
        answer = await first.post("/users/verify_token", json={"token": bank.id_token("ada")})
        for client in (first, second):
            client.cookies.update(first.cookies)
            client.headers["X-User"] = answer.json()["user"]["id"]
        yield first, second


async def test_a_post_that_reaches_two_processes_at_once_happens_once(ada: Clients) -> None:
    """The second waits for the first, and gets its answer."""
    for n in range(20):
        answers: list[httpx.Response] = []

        async def create(client: httpx.AsyncClient, n: int = n, answers: list[httpx.Response] = answers) -> None:
            body = {"dream": {"name": f"Dream {n}", "targetCents": 1}}
            answers.append(await client.post("/v1/dreams", json=body, headers={"Idempotency-Key": f"key-{n}"}))

        async with anyio.create_task_group() as tasks:
            for client in ada:
                tasks.start_soon(create, client)

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert [answer.headers.get("idempotent-replayed") for answer in answers].count("true") == 1
    assert (await ada[0].get("/v1/dreams")).json()["meta"]["count"] == 20


async def test_a_user_who_appears_at_two_processes_at_once_is_one(processes: tuple[DES, DES], bank: Bank) -> None:
    async with client_of(processes[0]) as first, client_of(processes[1]) as second:
        ids: list[str] = []

        async def launch(client: httpx.AsyncClient) -> None:
            answer = await client.post("/users/verify_token", json={"token": bank.id_token("bo")})
            assert answer.status_code == 200, answer.text
            ids.append(answer.json()["user"]["id"])

        async with anyio.create_task_group() as tasks:
            for client in (first, second) * 4:
                tasks.start_soon(launch, client)
        await authorize(first)
        users = (await first.get("/v1/users")).json()["users"]

    assert [user["id"] for user in users] == list(set(ids))


async def test_deposits_that_fall_due_at_two_processes_are_prepared_once(
    postgresql_url: str, clock: SimulatedClock
) -> None:
    """In simulated time: on the machine's they are due tomorrow."""
    bank = Bank(clock)
    with two_processes(postgresql_url, bank) as (here, there):
        async with client_of(here) as user, anyio.create_task_group() as tasks:
            expiry = int((clock.now() + timedelta(days=9)).timestamp())
            answer = await user.post("/users/verify_token", json={"token": bank.id_token("ada", exp=expiry)})
            user.headers["X-User"] = answer.json()["user"]["id"]
            await initiate(user, id_of(user))
            await launch_daily(user, await create_dream(user))
            tasks.start_soon(here.run)
            tasks.start_soon(there.run)

            await clock.advance(timedelta(days=3))

            deposits = await transactions(user)
            tasks.cancel_scope.cancel()
    assert [deposit["requestedAt"][:10] for deposit in deposits] == [f"2026-12-0{day}" for day in (2, 3, 4, 5)]

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from bank_app_sim.des import DES, Tenant
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from .bank import TENANT, Bank

# A Wednesday.
START = datetime(2026, 12, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def trace(clock: SimulatedClock) -> Trace:
    return Trace(clock)


@pytest.fixture
def bank(clock: SimulatedClock) -> Bank:
    return Bank(clock)


@pytest.fixture
def tenant() -> Tenant:
    """How the bank is; a module about another setup has a fixture of this name."""
    return TENANT


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, tenant: Tenant, database_of: DatabaseOf) -> Iterator[DES]:
    des = DES(
        database_url=database_of("des"),
        tenants=[tenant],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def running(des: DES) -> AsyncIterator[None]:
    """Deposits are prepared as they fall due."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(des.run)
        yield
        tasks.cancel_scope.cancel()


def client_of(des: DES, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(des.app), base_url="http://des", headers=headers)


@pytest.fixture
async def stranger(des: DES) -> AsyncIterator[httpx.AsyncClient]:
    """Comes without credentials."""
    async with client_of(des) as client:
        yield client


@pytest.fixture
async def backend(des: DES) -> AsyncIterator[httpx.AsyncClient]:
    """The bank's backend with its access token."""
    async with client_of(des) as client:
        await authorize(client)
        yield client


async def authorize(backend: httpx.AsyncClient, *, client_id: str = TENANT.client_id) -> None:
    """Get the bank's backend another access token: one hour is soon over."""
    backend.headers.pop("Authorization", None)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": TENANT.client_secret}
    granted = await backend.post("/oauth/token", data=form)
    backend.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"


SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def sign_in(des: DES, bank: Bank) -> AsyncIterator[SignIn]:
    """Gives a client that holds the session of a user."""
    clients: list[httpx.AsyncClient] = []

    async def sign_in(subject: str) -> httpx.AsyncClient:
        client = client_of(des)
        clients.append(client)
        # For ninety days: these tests let time pass.
        expiry = int((bank.clock.now() + timedelta(days=90)).timestamp())
        answer = await client.post("/users/verify_token", json={"token": bank.id_token(subject, exp=expiry)})
        assert answer.status_code == 200, answer.text
        # Means nothing to DES: it is here for journey.id_of().
        client.headers["X-User"] = answer.json()["user"]["id"]
        return client

    yield sign_in
    for client in clients:
        await client.aclose()


@pytest.fixture
async def ada(sign_in: SignIn) -> httpx.AsyncClient:
    """The session of a user."""
    return await sign_in("ada")

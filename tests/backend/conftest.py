import random
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.des import DES, Tenant
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ClientCredentials, ImpactAPI

from ..conftest import DatabaseOf
from .dying import DyingAt
from .network import Network
from .saver import Saver, saver

START = datetime(2027, 1, 4, 9, tzinfo=UTC)  # a Monday


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def trace(clock: SimulatedClock) -> Trace:
    return Trace(clock)


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def settings() -> Bank:
    return Bank(
        issuer="https://bank.test",
        audience="demo-bank",
        refuses=frozenset({"mallory"}),
        token_lifetime=timedelta(hours=1),
    )


@pytest.fixture
async def impact(network: Network, clock: SimulatedClock) -> AsyncIterator[ImpactAPI]:
    """The bank's client of DES. It reaches nothing unless a test adds a server."""
    credentials = ClientCredentials("demo-bank", "a-planted-secret")
    async with ImpactAPI(
        "http://des", auth=credentials, transport=network, clock=clock, source=random.Random(1)
    ) as impact:
        yield impact


@pytest.fixture
async def backend(
    settings: Bank, impact: ImpactAPI, clock: SimulatedClock, trace: Trace, network: Network, database_of: DatabaseOf
) -> AsyncIterator[BankBackend]:
    backend = BankBackend(
        database_url=database_of("backend"),
        bank=settings,
        impact=impact,
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
    )
    network.hosts["bank"] = backend.app
    yield backend
    backend.close()


@pytest.fixture
def tenant() -> Tenant:
    """The bank, as DES knows it."""
    return Tenant(
        id="demo",
        client_id="demo-bank",
        client_secret="a-planted-secret",
        issuer="https://bank.test",
        audience="demo-bank",
        jwks_url="http://bank/.well-known/jwks.json",
    )


@pytest.fixture
def des(
    impact: ImpactAPI, clock: SimulatedClock, trace: Trace, network: Network, tenant: Tenant, database_of: DatabaseOf
) -> Iterator[DES]:
    """The sandbox at the other end of `impact`."""
    des = DES(
        database_url=database_of("des"),
        tenants=[tenant],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(11)),
        transport=network,
        webhook_transport=network,
    )
    network.hosts["des"] = des.app
    yield des
    des.close()


@pytest.fixture
async def http(backend: BankBackend, network: Network) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the bank without a token."""
    async with httpx.AsyncClient(base_url="http://bank", transport=network) as http:
        yield http


@pytest.fixture
async def ada(backend: BankBackend, des: DES, network: Network, clock: SimulatedClock) -> AsyncIterator[Saver]:
    async with saver("ada", network, clock) as ada:
        yield ada


@pytest.fixture
async def mallory(backend: BankBackend, des: DES, network: Network, clock: SimulatedClock) -> AsyncIterator[Saver]:
    """A customer whom the bank refuses."""
    async with saver("mallory", network, clock) as mallory:
        yield mallory


@pytest.fixture
async def app(http: httpx.AsyncClient, network: Network) -> AsyncIterator[httpx.AsyncClient]:
    """The bank's app, with ada signed in, for an hour."""
    answer = await http.post("/sign-in", json={"customer": "ada"})
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    async with httpx.AsyncClient(base_url="http://bank", transport=network, headers=bearer) as app:
        yield app


Start = Callable[[DyingAt], BankBackend]


@pytest.fixture
def start(
    lasting_database_of: DatabaseOf,
    settings: Bank,
    impact: ImpactAPI,
    clock: SimulatedClock,
    trace: Trace,
    network: Network,
) -> Start:
    """Start the bank's process on its file."""

    def start(crash: DyingAt) -> BankBackend:
        backend = BankBackend(
            database_url=lasting_database_of("backend"),
            bank=settings,
            impact=impact,
            clock=clock,
            trace=trace,
            ids=Ids(random.Random(7)),
            crash=crash,
        )
        network.hosts["bank"] = backend.app
        return backend

    return start

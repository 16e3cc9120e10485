"""DES with a receiver of webhooks, and what tests say to both."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ...conftest import DatabaseOf
from ..bank import TENANT, Bank
from ..conftest import authorize
from ..journey import create_dream
from ..receiver import URL, Receiver, secret

ENDPOINT = "/sandbox/webhook-endpoint"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def process(database_url: str, clock: SimulatedClock, transport: httpx.AsyncBaseTransport, seed: int = 1) -> DES:
    """One of several processes of DES on one database."""
    return DES(
        database_url=database_url,
        tenants=[TENANT],
        clock=clock,
        trace=Trace(clock),
        ids=Ids(random.Random(seed)),
        webhook_transport=transport,
    )


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, receiver: Receiver, database_of: DatabaseOf) -> Iterator[DES]:
    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
        webhook_transport=receiver.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def subscribed(ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None) -> None:
    """Ada is known already; what happens from now on is sent."""
    assert (await subscribe(backend)).status_code == 200


async def subscribe(backend: httpx.AsyncClient, letter: str = "a", **changed: Any) -> httpx.Response:
    body = {"webhookEndpoint": {"url": URL, "secret": secret(letter), **changed}}
    return await backend.put(ENDPOINT, json=body)


async def endpoint(backend: httpx.AsyncClient) -> dict[str, Any]:
    await authorize(backend)
    answer = await backend.get(ENDPOINT)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()["webhookEndpoint"]
    return shown


async def dreams(user: httpx.AsyncClient, *names: str) -> None:
    for name in names:
        await create_dream(user, name)


def names(receiver: Receiver) -> list[list[str]]:
    """The Dreams that each batch tells of, attempt by attempt."""
    return [[event["data"]["name"] for event in batch["events"]] for batch in receiver.batches]

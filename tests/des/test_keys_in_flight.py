"""A key whose first request is still being worked on, for every operation of the document that takes one."""

import random
from collections.abc import Iterator

import anyio
import httpx
import pytest

from bank_app_sim.des import DES
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from ..contract.contract import Operation
from .bank import Bank
from .conftest import SignIn
from .from_document import FULL, every, send, takes_key, world_of


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, lasting_database_of: DatabaseOf) -> Iterator[DES]:
    # Not in memory: there no request is worked on while another one comes.
    des = DES(
        database_url=lasting_database_of("des"),
        tenants=[FULL],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@every(where=takes_key)
async def test_the_second_of_two_at_once_is_409(
    operation: Operation, sign_in: SignIn, backend: httpx.AsyncClient
) -> None:
    world = await world_of(await sign_in("eve"), backend, "eve")
    client = world.first_principal(operation)
    answers: list[httpx.Response] = []

    async def one() -> None:
        answers.append(await send(client, operation, world.ids, headers={"Idempotency-Key": "k"}))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one)
        tasks.start_soon(one)

    [refused, accepted] = answers
    assert refused.status_code == 409
    assert refused.headers["retry-after"] == "1"
    assert 200 <= accepted.status_code < 300, accepted.text

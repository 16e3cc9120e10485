"""All nineteen types of events in one story: what is listed is what is sent, and the document knows all of it."""

import random
from collections.abc import Iterator
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import DES, AccountSetup
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from .bank import TENANT, Bank
from .conftest import SignIn
from .from_document import CONTRACT
from .journey import (
    AT,
    account_with,
    change_dream,
    change_transaction,
    create_dream,
    events,
    id_of,
    launch_daily,
    post_transaction,
    transactions,
)
from .receiver import URL, Receiver, secret

# With an account for each Dream, money that moves between Dreams is the bank's to move.
PER_DREAM = attrs.evolve(TENANT, account_setup=AccountSetup.PER_DREAM)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, receiver: Receiver, database_of: DatabaseOf) -> Iterator[DES]:
    des = DES(
        database_url=database_of("des"),
        tenants=[PER_DREAM],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
        webhook_transport=receiver.transport(),
    )
    yield des
    des.close()


async def test_every_type_of_event_is_listed_and_sent_alike(
    sign_in: SignIn, backend: httpx.AsyncClient, running: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    endpoint = {"url": URL, "secret": secret("a")}
    await backend.put("/sandbox/webhook-endpoint", json={"webhookEndpoint": endpoint})

    ada = await sign_in("ada")
    bike, boat = await dream_with_account(ada, backend, "Bike"), await dream_with_account(ada, backend, "Boat")
    withdrawal = {"type": "Withdrawal", "fromDreamId": bike["id"], "amountCents": 100}
    internal = {"type": "Internal", "fromDreamId": bike["id"], "toDreamId": boat["id"], "amountCents": 100}
    # The first deposit is more than the Dream's target: it reaches all milestones, and the target.
    for cents, outcome in ((300_000, "settledAt"), (100, "failedAt")):
        await launch_daily(ada, bike, amount_cents=cents)
        await end_all(ada, backend, outcome)
        for asked in (withdrawal, internal):
            assert (await post_transaction(ada, **asked)).status_code == 201
            await end_all(ada, backend, outcome)
    [launch, *_] = (await ada.get("/v1/savehack-launches")).json()["savehackLaunches"]
    stopped = {"savehackLaunch": {"type": "DailyLaunch", "stoppedAt": AT}}
    await ada.patch(f"/v1/savehack-launches/{launch['id']}", json=stopped)
    await change_dream(ada, await create_dream(ada, "Car"), deletedAt=AT)
    bob = await sign_in("bob")
    await backend.delete(f"/v1/users/{id_of(bob)}")
    await clock.advance_to(clock.now())

    listed = await events(backend)
    assert {event["type"] for event in listed} == set(CONTRACT.event_types)
    sent = [event for batch in receiver.batches for event in batch["events"]]
    assert sent == listed


async def dream_with_account(ada: httpx.AsyncClient, backend: httpx.AsyncClient, name: str) -> dict[str, Any]:
    dream = await create_dream(ada, name)
    account = await account_with(backend, id_of(ada), externalId=name)
    answer = await change_dream(backend, dream, accountId=account["id"])
    assert answer.status_code == 200, answer.text
    return dream


async def end_all(ada: httpx.AsyncClient, backend: httpx.AsyncClient, outcome: str) -> None:
    """The bank settles or fails whatever is requested."""
    waiting = await transactions(ada, state="requested")
    assert waiting
    for transaction in waiting:
        assert (await change_transaction(backend, transaction, **{outcome: AT})).status_code == 200

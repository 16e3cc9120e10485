"""What happened, as the bank reads it: everything once, in order, for thirty days, and nothing of another bank's."""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import anyio
import attrs
import httpx
import pytest
import sqlalchemy as sa

from bank_app_sim.des import DES, purging
from bank_app_sim.server.database import values
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock, moment
from bank_app_sim.timeline.trace import Trace

from ..conftest import DatabaseOf
from .bank import TENANT, Bank
from .conftest import authorize, client_of
from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account, refuse_customer, transactions

OTHER = attrs.evolve(TENANT, id="tenant-2", client_id="other-bank", audience="other-bank")

DAY = timedelta(days=1)


@pytest.fixture
def des(clock: SimulatedClock, trace: Trace, bank: Bank, database_of: DatabaseOf) -> Iterator[DES]:
    """Two banks have their users here."""
    des = DES(
        database_url=database_of("des"),
        tenants=[TENANT, OTHER],
        clock=clock,
        trace=trace,
        ids=Ids(random.Random(7)),
        transport=bank.transport(),
    )
    yield des
    des.close()


@pytest.fixture
async def other_backend(des: DES) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(des) as client:
        await authorize(client, client_id=OTHER.client_id)
        yield client


async def events(backend: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await backend.get("/v1/events", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


async def types(backend: httpx.AsyncClient, **query: Any) -> list[str]:
    return [event["type"] for event in await events(backend, **query)]


async def test_a_journey_is_told_in_order(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    await launch_daily(ada, await create_dream(ada))
    await initiate(ada, id_of(ada))
    await post_account(backend, id_of(ada), externalId="savings-1")
    (deposit,) = await transactions(ada)
    settled = {"transaction": {"settledAt": "2026-12-02T10:00:00Z"}}
    await backend.patch(f"/v1/transactions/{deposit['id']}", json=settled)

    assert await types(backend) == [
        "UserCreated",
        "PageView",
        "DreamCreated",
        "SavehackLaunched",
        "DepositRequested",
        "SavehackLaunchUpdated",
        "DreamUpdated",
        "DepositSettled",
    ]


async def test_a_launch_of_the_sdk_is_a_page_view(
    stranger: httpx.AsyncClient, bank: Bank, backend: httpx.AsyncClient
) -> None:
    launch = {"token": bank.id_token("ada"), "location": "/dreams"}
    launched = await stranger.post("/users/verify_token", json=launch)

    _, page_view = await events(backend)
    assert page_view["type"] == "PageView"
    assert page_view["data"] == {
        "path": "/dreams",
        "timestamp": "2026-12-02T10:00:00.000000Z",
        "user": {"type": "User", "id": launched.json()["user"]["id"], "externalId": "ada"},
    }


async def test_an_event_shows_the_thing_as_its_get_does_without_what_has_no_value(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    dream = await create_dream(ada)

    (event,) = [event for event in await events(backend) if event["type"] == "DreamCreated"]
    assert event == {
        "id": event["id"],
        "createdAt": event["createdAt"],
        "type": "DreamCreated",
        "data": {name: value for name, value in dream.items() if value is not None},
    }
    assert "account" not in event["data"]
    assert event["data"]["balanceCents"] == 0


async def test_an_event_goes_on_showing_what_was(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    await backend.patch(f"/v1/users/{id_of(ada)}", json={"user": {"givenName": "Ada"}})

    created, _ = await events(backend)
    assert "givenName" not in created["data"]


async def test_moments_rise_while_the_clock_stands_still(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    for _ in range(5):
        await create_dream(ada)

    moments = [moment(event["createdAt"]) for event in await events(backend)]
    assert moments == [moments[0] + n * timedelta(microseconds=1) for n in range(len(moments))]


async def test_moments_are_those_of_the_clock_when_it_goes(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await clock.advance(DAY)
    await create_dream(ada)

    await authorize(backend)
    assert (await events(backend))[-1]["createdAt"] == "2026-12-03T10:00:00.000000Z"


async def test_created_after_is_where_the_last_look_ended(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    seen = await events(backend)
    await create_dream(ada)

    assert await types(backend, createdAfter=seen[0]["createdAt"]) == ["PageView", "DreamCreated"]
    assert await types(backend, createdAfter=seen[-1]["createdAt"]) == ["DreamCreated"]
    # The same moment as somebody else's clock shows it.
    assert await types(backend, createdAfter=moment(seen[-1]["createdAt"]).isoformat()) == ["DreamCreated"]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-12-02", "2026-12-02T10:00:00", "2026-12-02T10:00:00 02:00"])
async def test_created_after_must_be_a_moment(text: str, backend: httpx.AsyncClient) -> None:
    answer = await backend.get("/v1/events", params={"createdAfter": text})

    assert answer.status_code == 400
    assert "RFC 3339" in errors_of(answer)["createdAfter"][0]


async def test_pages_follow_each_other_and_keep_the_query(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    first, *_ = await events(backend)
    for _ in range(4):
        await create_dream(ada)

    found, url = [], f"/v1/events?items=2&createdAfter={first['createdAt']}"
    while url:
        page = (await backend.get(url)).json()
        assert page["meta"]["count"] == 5
        found += [event["type"] for event in page["events"]]
        url = page["meta"]["next_url"]
    assert found == ["PageView", *4 * ["DreamCreated"]]


async def test_a_page_has_twenty_at_most(backend: httpx.AsyncClient) -> None:
    assert (await backend.get("/v1/events", params={"items": 20})).status_code == 200
    assert (await backend.get("/v1/events", params={"items": 21})).status_code == 400


async def test_events_are_shown_for_thirty_days(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, clock: SimulatedClock
) -> None:
    await clock.advance(DAY)
    await create_dream(ada)

    await clock.advance(29 * DAY - timedelta(seconds=1))
    await authorize(backend)
    assert len(await events(backend)) == 3

    await clock.advance(timedelta(seconds=2))
    await authorize(backend)
    assert await types(backend) == ["DreamCreated"]
    assert await types(backend, createdAfter="2020-01-01T00:00:00Z") == ["DreamCreated"]


async def test_older_events_are_thrown_away(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, des: DES, running: None, clock: SimulatedClock
) -> None:
    """Not only hidden: a sandbox that runs for weeks does not grow for ever."""
    await clock.advance(30 * DAY + purging.EVERY)

    kept = des._database.run_now(lambda connection: values(sa.text("SELECT count(*) FROM events")).one(connection))
    assert kept == 0


async def test_what_is_refused_leaves_no_event(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    dream = await create_dream(ada)
    before = await events(backend)

    refused = [
        await ada.post("/v1/dreams", json={"dream": {"name": "Boat", "targetCents": -1}}),
        await ada.post("/v1/savehack-launches", json={"savehackLaunch": {"dreamId": dream["id"], "type": "X"}}),
        await backend.post("/v1/users", json={"user": {"externalId": "ada"}}),
        await ada.patch(f"/v1/users/{id_of(ada)}", json={"user": {"givenName": "Eve"}}),
        await ada.get("/v1/events"),
    ]

    assert [answer.status_code for answer in refused] == [400, 400, 409, 403, 403]
    assert await events(backend) == before


async def test_a_repeated_request_tells_nothing_twice(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    body = {"dream": {"name": "Bike", "targetCents": 250_000}}
    for _ in range(3):
        assert (await ada.post("/v1/dreams", json=body, headers={"Idempotency-Key": "k"})).status_code == 201

    assert (await types(backend)).count("DreamCreated") == 1


async def test_a_refused_customer_is_told_deposit_by_deposit(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))
    seen = await events(backend)

    await refuse_customer(backend, id_of(ada))

    failed, *_ = await events(backend, createdAfter=seen[-1]["createdAt"])
    assert failed["type"] == "DepositFailed"
    assert failed["data"]["errors"] == ["the customer was refused"]


async def test_what_falls_due_is_told_too(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None, clock: SimulatedClock
) -> None:
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))

    await clock.advance(2 * DAY)

    await authorize(backend)
    requested = [event for event in await events(backend) if event["type"] == "DepositRequested"]
    assert [event["data"]["requestedAt"] for event in requested] == [
        "2026-12-02T10:00:00.000000Z",
        "2026-12-03T10:00:00.000000Z",
        "2026-12-04T10:00:00.000000Z",
    ]


async def test_banks_read_their_own_events_only(
    ada: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    bank: Bank,
    backend: httpx.AsyncClient,
    other_backend: httpx.AsyncClient,
) -> None:
    token = bank.id_token("olga", aud=OTHER.audience)
    await stranger.post("/users/verify_token", json={"token": token, "client_id": OTHER.client_id})
    await create_dream(ada)

    assert await types(backend) == ["UserCreated", "PageView", "DreamCreated"]
    assert [event["data"].get("externalId") for event in await events(other_backend)] == ["olga", None]


async def test_whoever_follows_misses_nothing_and_reads_nothing_twice(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """As a bank polls: from the moment of the last event, while more happens."""
    read: list[str] = []
    after = "2020-01-01T00:00:00Z"

    async def happen() -> None:
        for n in range(30):
            await create_dream(ada, f"Dream {n}")

    async def follow() -> None:
        nonlocal after
        while len(read) < 32:
            for event in await events(backend, createdAfter=after, items=7):
                read.append(event["id"])
                after = event["createdAt"]

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(happen)
            tasks.start_soon(follow)

    every = [event["id"] for page in (1, 2) for event in await events(backend, page=page)]
    assert read == every
    assert datetime.fromisoformat(after).tzinfo is not None

"""Events reach the bank by webhook: signed, in order, in batches."""

from datetime import timedelta

import httpx

from bank_app_sim.timeline.clock import SimulatedClock

from ..bank import Bank
from ..conftest import START
from ..journey import create_dream, id_of, initiate, launch_daily
from ..receiver import Receiver, signers
from .conftest import DAY, HOUR, SECOND, dreams, names, subscribe


async def test_an_event_arrives_at_once_in_the_documented_envelope(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await create_dream(ada)
    await clock.advance(timedelta())

    (batch,) = receiver.batches
    listed = (await backend.get("/v1/events", params={"items": 20})).json()["events"]
    assert batch == {
        "batch_id": batch["batch_id"],
        "timestamp": "2026-12-02T10:00:00.000000Z",
        "count": 1,
        "events": listed[-1:],
    }
    assert batch["events"][0]["type"] == "DreamCreated"
    (request,) = receiver.requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == batch["batch_id"]


async def test_it_is_signed_at_the_moment_of_sending(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500]
    await create_dream(ada, "Båt")
    await clock.advance(5 * SECOND)

    first, second = receiver.requests
    assert signers(first, "a", "b") == signers(second, "a", "b") == ["a"]
    sent = int(START.timestamp())
    assert [request.headers["webhook-timestamp"] for request in receiver.requests] == [str(sent), str(sent + 5)]


async def test_what_happened_before_is_not_sent(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await clock.advance(HOUR)

    assert receiver.requests == []


async def test_events_that_wait_go_together_a_hundred_at_most(
    ada: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.answers = [500]
    await create_dream(ada, "Dream 0")
    await clock.advance(timedelta())
    await dreams(ada, *(f"Dream {n}" for n in range(1, 220)))

    await clock.advance(5 * SECOND)

    assert [batch["count"] for batch in receiver.batches] == [1, 1, 100, 100, 19]
    every = [name for batch in names(receiver)[1:] for name in batch]
    assert every == [f"Dream {n}" for n in range(220)]


async def test_a_launch_and_what_falls_due_are_sent_too(
    ada: httpx.AsyncClient,
    subscribed: None,
    stranger: httpx.AsyncClient,
    bank: Bank,
    receiver: Receiver,
    clock: SimulatedClock,
) -> None:
    await stranger.post("/users/verify_token", json={"token": bank.id_token("bo")})
    await clock.advance(timedelta())
    assert receiver.types == ["UserCreated", "PageView"]
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))
    receiver.requests.clear()

    await clock.advance(2 * DAY)

    assert receiver.types[-2:] == ["DepositRequested", "DepositRequested"]


async def test_an_old_and_a_new_secret_sign_for_a_day(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, subscribed: None, receiver: Receiver, clock: SimulatedClock
) -> None:
    await subscribe(backend, "b")
    await create_dream(ada)
    await clock.advance(DAY - SECOND)
    await create_dream(ada)
    await clock.advance(SECOND)
    await create_dream(ada)
    await clock.advance(timedelta())

    assert [signers(request, "a", "b") for request in receiver.requests] == [["a", "b"], ["a", "b"], ["b"]]

"""A POST that is sent again gets the first answer, and changes nothing."""

from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, launch_daily

BIKE = {"dream": {"name": "Bike", "targetCents": 250_000}}


async def post(client: httpx.AsyncClient, key: str, body: Any = BIKE, path: str = "/v1/dreams") -> httpx.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": key})


async def count(client: httpx.AsyncClient) -> int:
    return int((await client.get("/v1/dreams")).json()["meta"]["count"])


async def test_a_repeated_post_gets_the_first_answer(ada: httpx.AsyncClient) -> None:
    first = await post(ada, "k")
    again = await post(ada, "k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(ada) == 1


async def test_without_a_key_every_post_counts(ada: httpx.AsyncClient) -> None:
    for _ in range(2):
        await create_dream(ada)

    assert await count(ada) == 2


async def test_a_key_is_for_one_request(ada: httpx.AsyncClient) -> None:
    await post(ada, "k")

    other_body = await post(ada, "k", {"dream": {"name": "Boat", "targetCents": 250_000}})
    other_path = await post(ada, "k", path="/v1/savehack-launches")

    for answer in (other_body, other_path):
        assert answer.status_code == 422
        assert list(errors_of(answer)) == ["Idempotency-Key"]
    assert await count(ada) == 1


async def test_a_key_belongs_to_its_sender(ada: httpx.AsyncClient, sign_in: SignIn, backend: httpx.AsyncClient) -> None:
    bob = await sign_in("bob")

    answers = [
        await post(ada, "k"),
        await post(bob, "k"),
        await post(backend, "k", {"dream": {**BIKE["dream"], "userId": id_of(ada)}}),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert (await count(ada), await count(bob)) == (2, 1)


async def test_another_session_of_the_user_may_repeat(ada: httpx.AsyncClient, sign_in: SignIn) -> None:
    first = await post(ada, "k")

    again = await post(await sign_in("ada"), "k")

    assert again.json() == first.json()


async def test_of_two_at_once_one_is_asked_to_wait(ada: httpx.AsyncClient) -> None:
    answers: list[httpx.Response] = []

    async def send() -> None:
        answers.append(await post(ada, "k"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        tasks.start_soon(send)

    done, waits = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, waits.status_code) == (201, 409)
    assert waits.headers["retry-after"] == "1"
    assert list(errors_of(waits)) == ["Idempotency-Key"]
    assert (await post(ada, "k")).json() == done.json()
    assert await count(ada) == 1


async def test_a_refusal_is_not_kept(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    """What was missing may be there the next time."""
    body = {"account": {"type": "SharedSavings", "userId": id_of(ada), "externalId": "x"}}
    await backend.post("/v1/accounts", json={"account": {**body["account"], "externalId": "y"}})
    refused = await post(backend, "k", {"account": {**body["account"], "externalId": "y"}}, "/v1/accounts")

    accepted = await post(backend, "k", body, "/v1/accounts")

    assert (refused.status_code, accepted.status_code) == (409, 201)


async def test_a_repeated_launch_prepares_no_second_deposit(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    launched = await launch_daily(ada, await create_dream(ada))
    body = {
        "type": "DailyLaunch",
        "dreamId": launched["dream"]["id"],
        "savehackId": launched["savehack"]["id"],
        "amountCents": 1,
    }
    await backend.post("/v1/accounts", json={"account": {"type": "SharedSavings", "userId": id_of(ada)}})

    for _ in range(3):
        await post(ada, "k", {"savehackLaunch": body}, "/v1/savehack-launches")

    assert (await ada.get("/v1/transactions")).json()["meta"]["count"] == 2


async def test_a_key_is_forgotten_after_a_day(ada: httpx.AsyncClient, clock: SimulatedClock) -> None:
    await post(ada, "k")

    await clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
    in_time = await post(ada, "k")
    await clock.advance(timedelta(microseconds=1))
    too_late = await post(ada, "k")

    assert in_time.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in too_late.headers
    assert (await post(ada, "k")).json() == too_late.json()
    assert await count(ada) == 2


@pytest.mark.parametrize("key", ["", " ", "two words", "k" * 256, "é"])
async def test_a_key_is_short_and_visible(key: str, ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/dreams", json=BIKE, headers=[(b"Idempotency-Key", key.encode())])

    assert answer.status_code == 400
    assert errors_of(answer) == {"Idempotency-Key": ["must be 1 to 255 visible characters"]}


async def test_every_answer_says_how_long_keys_are_kept(ada: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    """A client that sees it may repeat a POST that it heard nothing of."""
    for answer in (
        await ada.get("/v1/dreams"),
        await post(ada, "k"),
        await stranger.get("/v1/dreams"),
        await stranger.post("/users/verify_token", json={}),
        await stranger.get("/nowhere"),
    ):
        assert answer.headers["idempotency-key-lifetime"] == "86400"

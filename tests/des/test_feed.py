"""Savehacks that live on what happens outside, and the feed that tells of it."""

from typing import Any

import httpx
import pytest

from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, initiate, savehack_id, transactions


async def launch(user: httpx.AsyncClient, type: str, **own: Any) -> dict[str, Any]:
    body = {
        "type": f"{type}Launch",
        "dreamId": (await create_dream(user))["id"],
        "savehackId": await savehack_id(user, type),
        **own,
    }
    answer = await user.post("/v1/savehack-launches", json={"savehackLaunch": body})
    assert answer.status_code == 201, answer.text
    launched: dict[str, Any] = answer.json()["savehackLaunch"]
    return launched


async def tell(backend: httpx.AsyncClient, **event: Any) -> httpx.Response:
    return await backend.post("/sandbox/feed", json={"feedEvent": event})


@pytest.mark.parametrize(
    ("type", "own", "event", "saved"),
    [
        ("Roundup", {"roundToCents": 1_000}, {"type": "purchase", "amountCents": 4_250}, 750),
        ("Percentage", {"percentage": 10}, {"type": "salary", "amountCents": 2_500_099}, 250_009),
        ("SaveLeague", {"amountCents": 500, "team": "A"}, {"competition": "league", "goals": 3}, 1_500),
        ("Eurocup", {"amountCents": 500, "team": "A"}, {"competition": "eurocup"}, 500),
        ("Copycat", {"friend": "bob", "maxAmountCents": 900}, {"friend": "bob", "amountCents": 1_000}, 900),
    ],
)
async def test_what_happens_outside_brings_a_deposit(
    type: str,
    own: dict[str, Any],
    event: dict[str, Any],
    saved: int,
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
) -> None:
    await initiate(ada, id_of(ada))
    await launch(ada, type, **own)
    event = {"type": "goal", "team": "A", **event} if "competition" in event else {"type": "saving", **event}
    event = {**event, "userId": id_of(ada)} if event["type"] in ("purchase", "salary") else event

    answer = await tell(backend, **event)

    assert answer.status_code == 201
    [deposit] = await transactions(ada)
    assert (deposit["amountCents"], deposit["state"]) == (saved, "requested")
    assert answer.json()["feedEvent"]["transactionIds"] == [deposit["id"]]


async def test_a_purchase_touches_its_own_users_launches_alone(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    bob = await sign_in("bob")
    for user in (ada, bob):
        await initiate(user, id_of(user))
        await launch(user, "Roundup", roundToCents=1_000)

    await tell(backend, type="purchase", userId=id_of(bob), amountCents=150)

    assert await transactions(ada) == []
    assert [each["amountCents"] for each in await transactions(bob)] == [850]


async def test_a_launch_that_is_paused_or_stopped_saves_nothing(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    waiting = await launch(ada, "Roundup", roundToCents=1_000)
    assert waiting["pauseReason"] == "account_required"
    await tell(backend, type="purchase", userId=id_of(ada), amountCents=150)
    await initiate(ada, id_of(ada))
    stop = {"savehackLaunch": {"type": "RoundupLaunch", "stoppedAt": "2026-12-02T10:00:00Z"}}
    await ada.patch(f"/v1/savehack-launches/{waiting['id']}", json=stop)
    await tell(backend, type="purchase", userId=id_of(ada), amountCents=150)

    assert await transactions(ada) == []


async def test_every_event_is_told_once_however_often_it_is_sent(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await initiate(ada, id_of(ada))
    await launch(ada, "Roundup", roundToCents=1_000)
    event = {"feedEvent": {"type": "purchase", "userId": id_of(ada), "amountCents": 150}}

    for _ in range(2):
        await backend.post("/sandbox/feed", json=event, headers={"Idempotency-Key": "purchase-1"})

    assert len(await transactions(ada)) == 1


@pytest.mark.parametrize(
    ("event", "field", "sentence"),
    [
        ({}, "type", "is missing"),
        ({"type": "lottery"}, "type", "must be purchase or salary or goal or saving"),
        ({"type": "purchase", "userId": "x"}, "amountCents", "is missing: a purchase has one"),
        ({"type": "salary", "amountCents": 1}, "userId", "is missing: a salary has one"),
        ({"type": "salary", "amountCents": 1, "userId": "x"}, "userId", "does not exist"),
        ({"type": "goal", "team": "A"}, "competition", "is missing: a goal has one"),
        ({"type": "goal", "team": "A", "competition": "chess"}, "competition", "must be league or eurocup"),
        ({"type": "saving", "amountCents": 1}, "friend", "is missing: a saving has one"),
        ({"type": "saving", "friend": "b", "amountCents": 0}, "amountCents", "must be at least 1"),
    ],
)
async def test_a_wrong_event_is_refused(
    event: dict[str, Any], field: str, sentence: str, backend: httpx.AsyncClient
) -> None:
    answer = await tell(backend, **event)

    assert answer.status_code == 400
    assert errors_of(answer)[f"feedEvent.{field}"] == [sentence]

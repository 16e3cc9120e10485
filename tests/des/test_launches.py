"""Savehack launches: the types, their own fields, and what is refused. How they wait: test_provisioning.py."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock

from .journey import create_dream, errors_of, id_of, initiate, launch_daily, launches, savehack_id, transactions

# In the order of the listing.
OWN_FIELDS: dict[str, dict[str, int | str]] = {
    "Autopilot": {},
    "Daily": {"amountCents": 5_000},
    "Weekly": {"amountCents": 5_000, "weekday": 0},
    "Monthly": {"amountCents": 5_000, "dayOfMonth": 31},
    "Thief": {"minAmountCents": 100, "maxAmountCents": 900},
    "Rocket": {"amountCents": 100, "maxAmountCents": 5_000},
    "OneTime": {"amountCents": 5_000},
    "Roulette": {"minAmountCents": 100, "maxAmountCents": 900},
    "Moonstruck": {"amountCents": 5_000},
    "Percentage": {"percentage": 10},
    "Everest": {"amountCents": 100},
    "CalendarChaos": {"amountCents": 100},
    "SaveLeague": {"amountCents": 500, "team": "Hammarby"},
    "Eurocup": {"amountCents": 500, "team": "Sweden"},
    "Copycat": {"friend": "bob", "maxAmountCents": 900},
    "Roundup": {"roundToCents": 1_000},
}

OF_LAUNCHES = "type, savehackId, dreamId, obsoleteSavehackLaunchId, amountCents"


async def launch(user: httpx.AsyncClient, savehack: str, **changed: Any) -> httpx.Response:
    body = {
        "type": f"{savehack}Launch",
        "dreamId": (await create_dream(user))["id"],
        "savehackId": await savehack_id(user, savehack),
        **OWN_FIELDS[savehack],
        **changed,
    }
    return await user.post("/v1/savehack-launches", json={"savehackLaunch": body})


async def test_what_can_be_launched_is_listed(ada: httpx.AsyncClient) -> None:
    savehacks = (await ada.get("/v1/savehacks")).json()["savehacks"]

    assert [savehack["type"] for savehack in savehacks] == list(OWN_FIELDS)
    assert savehacks[2] == {
        "type": "Weekly",
        "id": savehacks[2]["id"],
        "translatedName": {"en": "Every week", "sv": "Varje vecka"},
    }
    assert len({savehack["id"] for savehack in savehacks}) == 16


@pytest.mark.parametrize("type", OWN_FIELDS)
async def test_a_launch_is_shown_with_its_dream_and_its_own_fields(type: str, ada: httpx.AsyncClient) -> None:
    await initiate(ada, id_of(ada))

    answer = await launch(ada, type)

    assert answer.status_code == 201
    shown = answer.json()["savehackLaunch"]
    assert shown == {
        "type": f"{type}Launch",
        "id": shown["id"],
        "dream": (await ada.get("/v1/dreams")).json()["dreams"][0],
        "savehack": {"type": type, "id": await savehack_id(ada, type)},
        **OWN_FIELDS[type],
        "stoppedAt": None,
        "draftedAt": None,
        "pausedAt": None,
        "pauseReason": None,
        "accountProvisionRequestId": None,
        "transferConsentId": None,
        "obsoleteSavehackLaunchId": None,
        "dreamInspiration": None,
    }
    assert await launches(ada) == [shown]


@pytest.mark.parametrize(
    ("type", "wrong", "field", "sentence"),
    [
        ("Daily", {"amountCents": 0}, "amountCents", "must be at least 1"),
        ("Daily", {"amountCents": -5}, "amountCents", "can't be negative"),
        ("Daily", {"amountCents": 10**16}, "amountCents", "must be at most 1000000000000000"),
        ("Daily", {"weekday": 0}, "weekday", f"is not known here; there is {OF_LAUNCHES}"),
        ("Weekly", {"weekday": 7}, "weekday", "must be at most 6"),
        ("Weekly", {"weekday": "Monday"}, "weekday", "must be an integer"),
        ("Weekly", {"dayOfMonth": 1}, "dayOfMonth", f"is not known here; there is {OF_LAUNCHES}, weekday"),
        ("Monthly", {"dayOfMonth": 0}, "dayOfMonth", "must be at least 1"),
        ("Monthly", {"dayOfMonth": 32}, "dayOfMonth", "must be at most 31"),
        ("Thief", {"minAmountCents": 1_000}, "maxAmountCents", "must be at least minAmountCents, which is 1000"),
        ("SaveLeague", {"team": " "}, "team", "can't be blank"),
        ("Daily", {"obsoleteSavehackLaunchId": "x"}, "obsoleteSavehackLaunchId", "is of no launch for this Dream"),
        (
            "Daily",
            {"savehackId": "x"},
            "savehackId",
            "is not the savehack of a DailyLaunch; see GET /savehacks",
        ),
        (
            "Daily",
            {"type": "LotteryLaunch"},
            "type",
            f"must be one of {', '.join(f'{each}Launch' for each in OWN_FIELDS)}",
        ),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_launched(
    type: str, wrong: dict[str, Any], field: str, sentence: str, ada: httpx.AsyncClient
) -> None:
    answer = await launch(ada, type, **wrong)

    assert answer.status_code == 400
    assert errors_of(answer) == {f"savehackLaunch.{field}": [sentence]}
    assert await launches(ada) == []


async def test_a_savehack_of_another_type_is_refused(ada: httpx.AsyncClient) -> None:
    answer = await launch(ada, "Daily", savehackId=await savehack_id(ada, "Weekly"))

    assert answer.status_code == 400


async def test_an_unknown_dream_is_not_found(ada: httpx.AsyncClient) -> None:
    answer = await launch(ada, "Daily", dreamId="nothing")

    assert (answer.status_code, list(errors_of(answer))) == (404, ["savehackLaunch.dreamId"])


async def test_the_bank_may_launch_for_a_user(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    launched = await launch_daily(backend, await create_dream(ada))

    assert launched["pauseReason"] == "account_required"
    assert await launches(ada) == [launched]


async def test_launches_are_listed_by_dream_and_user(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    bike, boat = await create_dream(ada, "Bike"), await create_dream(ada, "Boat")
    for dream in (bike, boat):
        await launch_daily(ada, dream)

    async def names(**query: str) -> list[str]:
        found = (await backend.get("/v1/savehack-launches", params=query)).json()
        return [launch["dream"]["name"] for launch in found["savehackLaunches"]]

    assert await names() == ["Bike", "Boat"]
    assert await names(dreamId=boat["id"]) == ["Boat"]
    assert await names(userId=id_of(ada)) == ["Bike", "Boat"]
    assert await names(externalUserId="bob") == []


async def test_two_autopilots_of_one_dream_do_not_save_the_same_gap_twice(
    ada: httpx.AsyncClient, clock: SimulatedClock, running: None
) -> None:
    """Both fall due at one moment; the second one sees what the first has put on its way."""
    await initiate(ada, id_of(ada))
    dream = await create_dream(ada, targetCents=10_000, expiresAt="2026-12-10")
    for _ in range(2):
        body = {"type": "AutopilotLaunch", "dreamId": dream["id"], "savehackId": await savehack_id(ada, "Autopilot")}
        await ada.post("/v1/savehack-launches", json={"savehackLaunch": body})

    await clock.advance(timedelta(days=60))

    assert sum(each["amountCents"] for each in await transactions(ada)) == 10_000

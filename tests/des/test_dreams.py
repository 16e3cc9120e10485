"""Dreams: what they are made of, and what is refused."""

from typing import Any

import httpx
import pytest

from bank_app_sim.des import DES

from .bank import TENANT
from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account, savehack_id, transactions

OF_DREAMS = "name, targetCents, expiresAt, type, groupDreamId, accountId, userId"


async def test_a_dream_is_shown_as_documented(ada: httpx.AsyncClient) -> None:
    answer = await ada.post(
        "/v1/dreams", json={"dream": {"name": "Bike", "targetCents": 250_000, "expiresAt": "2027-06-01"}}
    )

    assert answer.status_code == 201
    dream = answer.json()["dream"]
    assert dream == {
        "type": "Dream",
        "id": dream["id"],
        "name": "Bike",
        "targetCents": 250_000,
        "balanceCents": 0,
        "expiresAt": "2027-06-01",
        "achievedAt": None,
        "deletedAt": None,
        "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
        "account": None,
        "groupDream": None,
        "dreamInspiration": None,
        "provisioningInitiatedAt": None,
        "accountProvisionRequestId": None,
    }
    assert (await ada.get(f"/v1/dreams/{dream['id']}")).json() == {"dream": dream}
    assert (await ada.get("/v1/dreams")).json()["dreams"] == [dream]


async def test_two_fields_are_shown_when_asked_for(ada: httpx.AsyncClient) -> None:
    dream = await create_dream(ada)
    await launch_daily(ada, dream)
    query = {"showImageUrl": "true", "showActiveSavehacks": "true"}

    paused = (await ada.get(f"/v1/dreams/{dream['id']}", params=query)).json()["dream"]
    await initiate(ada, id_of(ada))
    active = (await ada.get("/v1/dreams", params=query)).json()["dreams"][0]

    assert (paused["imageUrl"], paused["activeSavehacksCount"]) == (None, 0)
    assert active["activeSavehacksCount"] == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2027-06-01", "2027-06-01"),
        ("2027-06-01T12:00:00Z", "2027-06-01T12:00:00.000000Z"),
        ("2027-06-01T12:00:00.5+02:00", "2027-06-01T10:00:00.500000Z"),
        (None, None),
    ],
)
async def test_a_dream_expires_on_a_day_or_at_a_moment(
    given: str | None, shown: str | None, ada: httpx.AsyncClient
) -> None:
    dream = await create_dream(ada, expiresAt=given)

    assert dream["expiresAt"] == shown


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "can't be blank"),
        ({"name": " \t"}, "name", "can't be blank"),
        ({"name": 5}, "name", "must be text"),
        ({"name": "a" * 256}, "name", "is too long: at most 255 characters"),
        ({"name": "a\0b"}, "name", "can't contain the character NUL"),
        ({"targetCents": -1}, "targetCents", "can't be negative"),
        ({"targetCents": 0}, "targetCents", "must be at least 1"),
        ({"targetCents": 10**15 + 1}, "targetCents", "must be at most 1000000000000000"),
        ({"targetCents": 10**30}, "targetCents", "must be at most 1000000000000000"),
        ({"targetCents": -(10**30)}, "targetCents", "can't be negative"),
        ({"targetCents": 2.5}, "targetCents", "must be an integer"),
        ({"targetCents": "5"}, "targetCents", "must be an integer"),
        ({"targetCents": True}, "targetCents", "must be an integer"),
        (
            {"expiresAt": "soon"},
            "expiresAt",
            "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z",
        ),
        (
            {"expiresAt": "2027-06-01T12:00:00"},
            "expiresAt",
            "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z",
        ),
        (
            {"expiresAt": "9999-12-31T23:59:59-10:00"},
            "expiresAt",
            "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z",
        ),
        (
            {"expiresAt": 5},
            "expiresAt",
            "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z",
        ),
        ({"type": "Car"}, "type", "must be Dream"),
        ({"targetcents": 5}, "targetcents", "is not known here; did you mean targetCents?"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_created(
    wrong: dict[str, Any], field: str, sentence: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.post("/v1/dreams", json={"dream": {"name": "Bike", "targetCents": 1, **wrong}})

    assert answer.status_code == 400
    assert errors_of(answer) == {f"dream.{field}": [sentence]}
    assert (await ada.get("/v1/dreams")).json()["dreams"] == []


async def test_all_that_is_wrong_is_said_at_once(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/dreams", json={"dream": {"targetCents": 0, "color": "red"}, "extra": 1})

    assert errors_of(answer) == {
        "dream.targetCents": ["must be at least 1"],
        "dream.color": [f"is not known here; there is {OF_DREAMS}"],
        "extra": ["is not known here; there is dream"],
    }


async def test_what_stands_for_the_root_key_is_named(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/dreams", json={"Dream": {"name": "Bike"}})

    assert answer.status_code == 400
    assert errors_of(answer) == {"dream": ["is missing"], "Dream": ["is not known here; did you mean dream?"]}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [({}, "is missing"), ({"dream": []}, "must be an object")],
)
async def test_a_body_has_its_root_key(body: dict[str, Any], sentence: str, ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/dreams", json=body)

    assert answer.status_code == 400
    assert errors_of(answer) == {"dream": [sentence]}


@pytest.mark.parametrize("given", [{}, {"name": None, "targetCents": None}])
async def test_a_dream_needs_no_name_and_no_target(given: dict[str, Any], backend: httpx.AsyncClient) -> None:
    """Its owner is all that a Dream needs; what it has no name for is null in answers, and left out of events."""
    user = (await backend.post("/v1/users", json={"user": {"externalId": "ada"}})).json()["user"]

    answer = await backend.post("/v1/dreams", json={"dream": {"userId": user["id"], **given}})

    dream = answer.json()["dream"]
    assert (answer.status_code, dream["name"], dream["targetCents"]) == (201, None, None)
    assert (await backend.get("/v1/dreams")).json()["dreams"] == [dream]
    events = (await backend.get("/v1/events")).json()["events"]
    assert "name" not in events[-1]["data"]
    assert "targetCents" not in events[-1]["data"]


async def test_a_dream_without_target_reaches_nothing_until_it_has_one(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    dream = (await ada.post("/v1/dreams", json={"dream": {}})).json()["dream"]
    account = (await post_account(backend, id_of(ada))).json()["account"]
    deposit = {
        "type": "Deposit",
        "userId": id_of(ada),
        "externalId": "gift",
        "amountCents": 600,
        "toAccountId": account["id"],
        "toDreamId": dream["id"],
    }
    settled = await backend.post("/v1/transactions", json={"transaction": deposit})

    async def reached() -> list[str]:
        events = (await backend.get("/v1/events")).json()["events"]
        return [each["type"] for each in events if each["type"] in ("DreamMilestone", "DreamAchieved")]

    assert settled.json()["transaction"]["toDream"] == {"type": "Dream", "id": dream["id"], "name": None}
    assert await reached() == []

    await ada.patch(f"/v1/dreams/{dream['id']}", json={"dream": {"targetCents": 1000}})
    assert await reached() == ["DreamMilestone", "DreamMilestone"]

    cleared = await ada.patch(f"/v1/dreams/{dream['id']}", json={"dream": {"targetCents": None}})
    assert cleared.json()["dream"]["targetCents"] is None
    assert await reached() == ["DreamMilestone", "DreamMilestone"]


async def test_a_journey_sees_a_dream_without_a_name_as_such(ada: httpx.AsyncClient, des: DES) -> None:
    await ada.post("/v1/dreams", json={"dream": {}})

    (dream,) = (await des.state(TENANT.id))["dreams"].values()

    assert (dream["name"], dream["target_cents"]) == ("(no name)", None)


async def test_an_autopilot_for_a_dream_without_target_saves_its_least(ada: httpx.AsyncClient) -> None:
    dream = (await ada.post("/v1/dreams", json={"dream": {}})).json()["dream"]
    await initiate(ada, id_of(ada))
    autopilot = {
        "type": "AutopilotLaunch",
        "dreamId": dream["id"],
        "savehackId": await savehack_id(ada, "Autopilot"),
    }

    launched = await ada.post("/v1/savehack-launches", json={"savehackLaunch": autopilot})

    assert launched.status_code == 201
    assert [each["amountCents"] for each in await transactions(ada)] == [100]


async def test_the_bank_says_whose_dream_it_is(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    nobodys = await backend.post("/v1/dreams", json={"dream": {"name": "Bike", "targetCents": 1}})
    unknown = await backend.post("/v1/dreams", json={"dream": {"name": "Bike", "targetCents": 1, "userId": "x"}})
    dream = await create_dream(backend, userId=id_of(ada))

    assert errors_of(nobodys) == {"dream.userId": ["is missing"]}
    assert (unknown.status_code, errors_of(unknown)) == (400, {"dream.userId": ["does not exist"]})
    assert (await ada.get("/v1/dreams")).json()["dreams"] == [dream]


async def test_the_bank_lists_the_dreams_of_one_user(
    ada: httpx.AsyncClient, sign_in: SignIn, backend: httpx.AsyncClient
) -> None:
    await create_dream(ada, "Bike")
    await create_dream(await sign_in("bob"), "Boat")

    async def names(**query: str) -> list[str]:
        return [dream["name"] for dream in (await backend.get("/v1/dreams", params=query)).json()["dreams"]]

    assert await names() == ["Bike", "Boat"]
    assert await names(state="active") == ["Bike", "Boat"]
    assert await names(userId=id_of(ada)) == ["Bike"]
    assert await names(externalUserId="bob") == ["Boat"]
    assert await names(userId=id_of(ada), externalUserId="bob") == []


@pytest.mark.parametrize("query", [{"state": "asleep"}, {"showImageUrl": "yes"}])
async def test_a_wrong_query_is_refused(query: dict[str, str], ada: httpx.AsyncClient) -> None:
    """Also where there is nothing to list."""
    answer = await ada.get("/v1/dreams", params=query)

    assert answer.status_code == 400
    assert list(errors_of(answer)) == list(query)

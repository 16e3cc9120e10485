"""A Dream changes its wish, reaches what was wished for, and is deleted; in the setup with one account for all."""

from typing import Any

import httpx
import pytest

from .conftest import SignIn
from .journey import (
    AT,
    account_with,
    balances,
    change_dream,
    change_transaction,
    create_dream,
    errors_of,
    events,
    fill,
    happened,
    id_of,
    launch_daily,
    launches,
    post_transaction,
    transactions,
)


@pytest.fixture
async def dream(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    """A Dream of 1,000 cents that has an account."""
    await account_with(backend, id_of(ada), externalId="savings")
    return await create_dream(ada, targetCents=1_000)


async def test_a_patch_changes_what_it_names(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = await change_dream(ada, dream, name="Boat", expiresAt="2028-01-01")

    changed = {**dream, "name": "Boat", "expiresAt": "2028-01-01"}
    assert (answer.status_code, answer.json()) == (200, {"dream": changed})
    assert (await ada.get(f"/v1/dreams/{dream['id']}")).json() == {"dream": changed}
    [event] = await events(backend, "DreamUpdated")
    assert event["data"]["name"] == "Boat"


async def test_what_is_read_can_be_sent_back(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)
    shown = "showImageUrl=true&showActiveSavehacks=true"
    whole = (await ada.get(f"/v1/dreams/{dream['id']}?{shown}")).json()["dream"]

    for client in (ada, backend):
        answer = await change_dream(client, dream, **whole, accountId=dream["account"]["id"])
        assert (answer.status_code, answer.json()) == (200, {"dream": dream})
    assert await events(backend, "DreamUpdated") == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("balanceCents", 1, "can't be changed"),
        ("achievedAt", AT, "can't be changed"),
        ("id", "x", "can't be changed"),
        ("type", "Car", "can't be changed"),
        ("user", {}, "can't be changed"),
        ("account", None, "can't be changed"),
        ("groupDream", {}, "can't be changed"),
        ("activeSavehacksCount", 7, "can't be changed"),
        ("name", 5, "must be text"),
        ("targetCents", 0, "must be at least 1"),
        ("expiresAt", "soon", "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z"),
        ("deletedAt", "now", "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"),
        ("accountId", None, "can't be taken away; link another account instead"),
        ("accountId", "x", "does not exist"),
        ("nam", "red", "is not known here; did you mean name?"),
        (
            "provisioningInitiatedAt",
            AT,
            "can't be set: one account is for all Dreams; tell it of the user, PATCH /users/{id}",
        ),
    ],
)
async def test_a_wrong_change_is_named_and_nothing_is_changed(
    field: str, value: object, sentence: str, dream: dict[str, Any], backend: httpx.AsyncClient
) -> None:
    answer = await change_dream(backend, dream, **{"name": "Boat", field: value})

    assert answer.status_code == 400
    assert errors_of(answer) == {f"dream.{field}": [sentence]}
    assert (await backend.get(f"/v1/dreams/{dream['id']}")).json() == {"dream": dream}


async def test_a_dream_of_another_user_is_not_there(dream: dict[str, Any], sign_in: SignIn) -> None:
    answer = await change_dream(await sign_in("bob"), dream, name="Mine")

    assert answer.status_code == 404


async def test_to_link_is_the_banks_alone(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await account_with(backend, id_of(ada), externalId="other")

    refused = await change_dream(ada, dream, accountId=other["id"])
    linked = await change_dream(backend, dream, accountId=other["id"])

    assert (refused.status_code, list(errors_of(refused))) == (403, ["dream.accountId"])
    assert linked.json()["dream"]["account"]["externalId"] == "other"


async def test_a_dream_with_money_or_deposits_under_way_stays_on_its_account(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await account_with(backend, id_of(ada), externalId="other")
    sentence = "can't be changed while the Dream holds money, or has requested transactions, on its account"
    await launch_daily(ada, dream)
    [deposit] = await transactions(ada)

    under_way = await change_dream(backend, dream, accountId=other["id"])
    await change_transaction(backend, deposit, settledAt=AT)
    with_money = await change_dream(backend, dream, accountId=other["id"])

    for answer in (under_way, with_money):
        assert errors_of(answer) == {"dream.accountId": [sentence]}


async def test_milestones_and_the_target_are_reached_once(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await fill(backend, dream, 249, "a")
    assert await events(backend, "DreamMilestone") == []
    await fill(backend, dream, 1, "b")
    await fill(backend, dream, 600, "c")
    await fill(backend, dream, 150, "d")
    await post_transaction(ada, type="Internal", fromDreamId=dream["id"], amountCents=900)
    await fill(backend, dream, 2_000, "e")

    reached = [(each["type"], each["data"].get("milestonePercent")) for each in await events(backend)]
    assert [each for each in reached if each[0] in ("DreamMilestone", "DreamAchieved")] == [
        ("DreamMilestone", 25),
        ("DreamMilestone", 50),
        ("DreamMilestone", 75),
        ("DreamAchieved", None),
    ]
    shown = (await ada.get(f"/v1/dreams/{dream['id']}")).json()["dream"]
    assert shown["achievedAt"] == "2026-12-02T10:00:00.000000Z"


async def test_a_dream_is_achieved_when_the_money_arrived(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream, amount_cents=1_000)
    [deposit] = await transactions(ada)

    await change_transaction(backend, deposit, settledAt=AT)

    assert (await ada.get(f"/v1/dreams/{dream['id']}")).json()["dream"]["achievedAt"] == AT


async def test_a_nearer_target_may_be_reached_already(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await fill(backend, dream, 200)

    answer = await change_dream(ada, dream, targetCents=200)

    assert answer.json()["dream"]["achievedAt"] == "2026-12-02T10:00:00.000000Z"
    assert [each["data"]["milestonePercent"] for each in await events(backend, "DreamMilestone")] == [25, 50, 75]


async def test_deleting_stops_the_launches_and_fails_what_is_under_way(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await create_dream(ada, "Boat")
    await launch_daily(ada, dream)
    await launch_daily(ada, other, amount_cents=7)

    answer = await change_dream(ada, dream, deletedAt=AT)

    assert (answer.status_code, answer.json()["dream"]["deletedAt"]) == (200, AT)
    assert [launch["stoppedAt"] is not None for launch in await launches(ada)] == [True, False]
    assert [(each["amountCents"], each["state"], each["errors"]) for each in await transactions(ada)] == [
        (5_000, "failed", ["the Dream was deleted"]),
        (7, "requested", []),
    ]
    assert (await happened(backend))[-3:] == ["SavehackLaunchUpdated", "DepositFailed", "DreamDeleted"]


async def test_deleted_dreams_are_listed_apart(dream: dict[str, Any], ada: httpx.AsyncClient) -> None:
    await create_dream(ada, "Boat")
    await change_dream(ada, dream, deletedAt=AT)

    async def names(**query: str) -> list[str]:
        return [each["name"] for each in (await ada.get("/v1/dreams", params=query)).json()["dreams"]]

    assert await names() == await names(state="active") == ["Boat"]
    assert await names(state="deleted") == ["Bike"]
    assert (await ada.get(f"/v1/dreams/{dream['id']}")).json()["dream"]["deletedAt"] == AT


@pytest.mark.parametrize("change", [{"name": "Boat"}, {"deletedAt": None}, {"deletedAt": "2027-01-01T00:00:00Z"}])
async def test_a_deleted_dream_stays_as_it_is(
    change: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    deleted = (await change_dream(ada, dream, deletedAt=AT)).json()["dream"]

    answer = await change_dream(ada, dream, **change)
    again = await change_dream(ada, dream, **deleted)

    assert errors_of(answer) == {f"dream.{next(iter(change))}": [f"can't be changed: the Dream was deleted at {AT}"]}
    assert (again.status_code, again.json()["dream"]) == (200, deleted)


async def test_a_dream_with_money_is_not_deleted(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await fill(backend, dream, 5)

    answer = await change_dream(ada, dream, deletedAt=AT)

    assert errors_of(answer) == {
        "dream.deletedAt": ["can't be set: the Dream holds 5 cents; withdraw or move them first"]
    }


async def test_nothing_is_done_with_a_deleted_dream(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change_dream(ada, dream, deletedAt=AT)
    side = {"userId": id_of(ada), "toAccountId": dream["account"]["id"], "toDreamId": dream["id"]}

    reported = await post_transaction(backend, type="Deposit", externalId="x", amountCents=1, **side)
    asked_for = await post_transaction(ada, type="Withdrawal", fromDreamId=dream["id"], amountCents=1)

    assert errors_of(reported) == {"transaction.toDreamId": [f"was deleted at {AT}"]}
    assert errors_of(asked_for) == {"transaction.fromDreamId": [f"was deleted at {AT}"]}
    assert await balances(ada) == ({"savings": 0}, {})


async def test_a_deleted_dream_is_not_linked_to_a_later_account(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    dream = await create_dream(ada)
    await change_dream(ada, dream, deletedAt=AT)

    await account_with(backend, id_of(ada))

    assert (await ada.get(f"/v1/dreams/{dream['id']}")).json()["dream"]["account"] is None


async def test_group_dreams_are_not_part_of_this(ada: httpx.AsyncClient) -> None:
    body = {"name": "Bike", "targetCents": 1}
    answer = await ada.post("/v1/dreams", json={"dream": {**body, "groupDreamId": "x"}})

    assert errors_of(answer) == {"dream.groupDreamId": ["must be null: group Dreams are not part of this sandbox"]}
    assert (await ada.post("/v1/dreams", json={"dream": {**body, "groupDreamId": None}})).status_code == 201

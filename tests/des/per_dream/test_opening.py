"""Opening the account of a Dream: asked, initiated, linked, refused."""

from typing import Any

import httpx
import pytest

from ..conftest import SignIn
from ..journey import (
    AT,
    account_with,
    change_dream,
    create_dream,
    errors_of,
    events,
    happened,
    id_of,
    initiate,
    launch_daily,
    launches,
    transactions,
)
from .looking import shown


async def test_a_new_dream_wants_an_account_of_its_own(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    await account_with(backend, id_of(ada))

    bike, boat = await create_dream(ada, "Bike"), await create_dream(ada, "Boat")

    assert bike["account"] is boat["account"] is None
    assert None not in (bike["accountProvisionRequestId"], boat["accountProvisionRequestId"])
    assert bike["accountProvisionRequestId"] != boat["accountProvisionRequestId"]


async def test_a_dream_may_have_its_account_from_the_beginning(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    account = await account_with(backend, id_of(ada))

    dream = await create_dream(backend, userId=id_of(ada), accountId=account["id"])

    assert dream["account"]["id"] == account["id"]
    assert dream["accountProvisionRequestId"] is None
    assert (await launch_daily(ada, dream))["pausedAt"] is None


async def test_nobody_begins_with_an_account_of_another_user(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    account = await account_with(backend, id_of(await sign_in("bob")))

    for client in (ada, backend):
        body = {"name": "Bike", "targetCents": 1, "userId": id_of(ada), "accountId": account["id"]}
        answer = await client.post("/v1/dreams", json={"dream": body})
        assert (answer.status_code, errors_of(answer)) == (400, {"dream.accountId": ["does not exist"]})


async def test_posting_an_account_links_and_starts_nothing(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)

    await account_with(backend, id_of(ada))

    assert (await shown(ada, dream))["account"] is None
    assert [launch["pauseReason"] for launch in await launches(ada)] == ["account_required"]


async def test_a_launch_waits_under_the_request_of_its_dream(dream: dict[str, Any], ada: httpx.AsyncClient) -> None:
    launch = await launch_daily(ada, dream)

    assert launch["accountProvisionRequestId"] == dream["accountProvisionRequestId"]
    assert launch["pauseReason"] == "account_required"


@pytest.mark.parametrize("teller", ["ada", "backend"])
async def test_initiating_starts_the_launches_of_the_dream_alone(
    teller: str, dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await create_dream(ada, "Boat")
    for each in (dream, other):
        await launch_daily(ada, each)
    client = {"ada": ada, "backend": backend}[teller]
    open_request = dream["accountProvisionRequestId"]

    answer = await change_dream(client, dream, provisioningInitiatedAt=AT, accountProvisionRequestId=open_request)

    assert answer.status_code == 200
    changed = answer.json()["dream"]
    assert (changed["provisioningInitiatedAt"], changed["accountProvisionRequestId"]) == (AT, None)
    assert [launch["pauseReason"] for launch in await launches(ada)] == [None, "account_required"]
    assert [each["toDream"]["name"] for each in await transactions(ada)] == ["Bike"]
    assert [each["toAccount"] for each in await transactions(ada)] == [None]


async def test_initiating_twice_under_one_request_is_harmless(dream: dict[str, Any], ada: httpx.AsyncClient) -> None:
    await launch_daily(ada, dream)
    told = {"accountProvisionRequestId": dream["accountProvisionRequestId"]}

    await change_dream(ada, dream, provisioningInitiatedAt=AT, **told)
    again = await change_dream(ada, dream, provisioningInitiatedAt="2026-12-04T00:00:00Z", **told)

    assert again.status_code == 200
    assert again.json()["dream"]["provisioningInitiatedAt"] == AT
    assert len(await transactions(ada)) == 1


async def test_initiating_is_told_of_the_dream_not_of_the_user(dream: dict[str, Any], ada: httpx.AsyncClient) -> None:
    answer = await initiate(ada, id_of(ada))

    sentence = "can't be set: each Dream has an account of its own; tell it of the Dream, PATCH /dreams/{id}"
    assert errors_of(answer) == {"user.provisioningInitiatedAt": [sentence]}


async def test_linking_fills_in_the_deposits_and_starts_the_launches_of_the_dream_alone(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await create_dream(ada, "Boat")
    await launch_daily(ada, dream)
    await change_dream(ada, dream, provisioningInitiatedAt=AT)
    await launch_daily(ada, other)
    await launch_daily(ada, dream)
    account = await account_with(backend, id_of(ada), externalId="for the bike")

    answer = await change_dream(backend, dream, accountId=account["id"])

    linked = answer.json()["dream"]
    assert (linked["account"]["externalId"], linked["accountProvisionRequestId"]) == ("for the bike", None)
    assert [each["toAccount"]["externalId"] for each in await transactions(ada)] == ["for the bike"] * 2
    assert [launch["pauseReason"] for launch in await launches(ada)] == [None, "account_required", None]
    assert (await happened(backend))[-1] == "DreamUpdated"


async def test_linking_before_anybody_was_asked_starts_the_launches(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)
    account = await account_with(backend, id_of(ada))

    await change_dream(backend, dream, accountId=account["id"])

    assert [launch["pausedAt"] for launch in await launches(ada)] == [None]
    assert [each["toAccount"]["id"] for each in await transactions(ada)] == [account["id"]]


async def test_a_refusal_of_one_dream_leaves_the_others(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await create_dream(ada, "Boat")
    for each in (dream, other):
        await launch_daily(ada, each)
        await change_dream(ada, each, provisioningInitiatedAt=AT)

    answer = await change_dream(backend, dream, provisioningInitiatedAt=None)

    refused = answer.json()["dream"]
    assert refused["provisioningInitiatedAt"] is None
    assert refused["accountProvisionRequestId"] not in (None, dream["accountProvisionRequestId"])
    assert [(each["state"], each["errors"]) for each in await transactions(ada)] == [
        ("failed", ["the customer was refused"]),
        ("requested", []),
    ]
    assert [launch["accountProvisionRequestId"] for launch in await launches(ada)] == [
        refused["accountProvisionRequestId"],
        None,
    ]
    assert [
        each["data"]["pauseReason"]
        for each in await events(backend, "SavehackLaunchUpdated")
        if "pauseReason" in each["data"]
    ] == ["account_required"]


async def test_an_answer_to_a_closed_request_is_refused(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """The bank refuses while the app is still asking: the app's late answer starts nothing."""
    await launch_daily(ada, dream)
    await change_dream(backend, dream, provisioningInitiatedAt=None)

    answer = await change_dream(
        ada,
        dream,
        provisioningInitiatedAt=AT,
        accountProvisionRequestId=dream["accountProvisionRequestId"],
    )

    assert (answer.status_code, list(errors_of(answer))) == (409, ["dream.accountProvisionRequestId"])
    assert await transactions(ada) == []


async def test_a_refusal_is_the_banks_and_before_there_is_an_account(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change_dream(ada, dream, provisioningInitiatedAt=AT)

    by_the_user = await change_dream(ada, dream, provisioningInitiatedAt=None)
    await change_dream(backend, dream, accountId=(await account_with(backend, id_of(ada)))["id"])
    too_late = await change_dream(backend, dream, provisioningInitiatedAt=None)

    assert (by_the_user.status_code, list(errors_of(by_the_user))) == (403, ["dream.provisioningInitiatedAt"])
    sentence = "can't be cleared: the Dream has an account"
    assert errors_of(too_late) == {"dream.provisioningInitiatedAt": [sentence]}


async def test_who_sends_all_back_has_refused_nothing(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)

    for client in (backend, ada):
        answer = await change_dream(client, dream, **await shown(backend, dream))
        assert (answer.status_code, answer.json()["dream"]) == (200, dream)

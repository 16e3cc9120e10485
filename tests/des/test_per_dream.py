"""The setup with an account for each Dream: wanted with the Dream, linked to it, or refused for it."""

from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import AccountSetup, Tenant
from bank_app_sim.timeline.clock import SimulatedClock

from .bank import TENANT
from .conftest import SignIn
from .journey import (
    AT,
    account_with,
    change_dream,
    change_transaction,
    create_dream,
    errors_of,
    events,
    fill,
    happened,
    id_of,
    initiate,
    launch_daily,
    launches,
    post_account,
    post_transaction,
    transactions,
)


@pytest.fixture
def tenant() -> Tenant:
    return attrs.evolve(TENANT, account_setup=AccountSetup.PER_DREAM)


@pytest.fixture
async def dream(ada: httpx.AsyncClient) -> dict[str, Any]:
    return await create_dream(ada)


async def shown(client: httpx.AsyncClient, dream: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = (await client.get(f"/v1/dreams/{dream['id']}")).json()["dream"]
    return read


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


async def test_money_between_accounts_waits_for_the_bank(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    bike, boat = [
        await create_dream(
            backend,
            name,
            userId=id_of(ada),
            accountId=(await account_with(backend, id_of(ada), externalId=name))["id"],
        )
        for name in ("Bike", "Boat")
    ]
    await fill(backend, bike, 500)

    asked_for = await post_transaction(
        ada, type="Internal", fromDreamId=bike["id"], toDreamId=boat["id"], amountCents=200
    )
    transaction = asked_for.json()["transaction"]
    settled = await change_transaction(backend, transaction, settledAt=AT)

    assert (transaction["state"], settled.json()["transaction"]["state"]) == ("requested", "settled")
    found = (await ada.get("/v1/accounts")).json()["accounts"]
    assert [(each["externalId"], each["balanceCents"]) for each in found] == [("Bike", 300), ("Boat", 200)]
    assert [(await shown(ada, each))["balanceCents"] for each in (bike, boat)] == [300, 200]
    assert (await happened(backend))[-2:] == ["InternalTransferRequested", "InternalTransferSettled"]


async def test_money_to_a_dream_without_an_account_waits_for_that(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    boat = await create_dream(
        backend, "Boat", userId=id_of(ada), accountId=(await account_with(backend, id_of(ada)))["id"]
    )
    await fill(backend, boat, 500)
    asked_for = await post_transaction(
        ada, type="Internal", fromDreamId=boat["id"], toDreamId=dream["id"], amountCents=200
    )
    transaction = asked_for.json()["transaction"]

    early = await change_transaction(backend, transaction, settledAt=AT)
    await change_dream(backend, dream, accountId=(await account_with(backend, id_of(ada)))["id"])
    settled = await change_transaction(backend, transaction, settledAt=AT)

    assert transaction["toAccount"] is None
    assert early.status_code == 400
    assert settled.status_code == 200
    assert (await shown(ada, dream))["balanceCents"] == 200


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


async def test_nothing_falls_due_for_a_refused_dream(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None, clock: SimulatedClock
) -> None:
    await launch_daily(ada, dream)
    await change_dream(ada, dream, provisioningInitiatedAt=AT)
    await change_dream(backend, dream, provisioningInitiatedAt=None)

    await clock.advance(timedelta(days=3))

    assert [each["state"] for each in await transactions(ada)] == ["failed"]


async def test_an_account_holds_one_dream(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    bike, boat = await create_dream(ada, "Bike"), await create_dream(ada, "Boat")
    account = (await post_account(backend, id_of(ada))).json()["account"]
    assert (await change_dream(backend, bike, accountId=account["id"])).status_code == 200

    linked = await change_dream(backend, boat, accountId=account["id"])
    new = {"userId": id_of(ada), "name": "Boots", "targetCents": 1, "accountId": account["id"]}
    created = await backend.post("/v1/dreams", json={"dream": new})
    again = await change_dream(backend, bike, accountId=account["id"])

    sentence = "is a SharedSavings account that has its Dream already: there is one for each"
    assert [linked.status_code, created.status_code, again.status_code] == [400, 400, 200]
    assert errors_of(linked) == errors_of(created) == {"dream.accountId": [sentence]}
    assert (await shown(ada, boat))["account"] is None


async def test_the_account_of_a_dream_that_was_deleted_is_free(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    bike, boat = await create_dream(ada, "Bike"), await create_dream(ada, "Boat")
    account = (await post_account(backend, id_of(ada))).json()["account"]
    await change_dream(backend, bike, accountId=account["id"])
    await change_dream(ada, bike, deletedAt=AT)

    linked = await change_dream(backend, boat, accountId=account["id"])

    assert linked.status_code == 200

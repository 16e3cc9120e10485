"""Money and accounts of Dreams that have an account each."""

from datetime import timedelta
from typing import Any

import httpx

from bank_app_sim.timeline.clock import SimulatedClock

from ..journey import (
    AT,
    account_with,
    change_dream,
    change_transaction,
    create_dream,
    errors_of,
    fill,
    happened,
    id_of,
    launch_daily,
    post_account,
    post_transaction,
    transactions,
)
from .looking import shown


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

"""`DELETE /users/{id}`: what is erased, and what has to be settled first."""

from typing import Any

import httpx

from ..conftest import SignIn
from ..journey import (
    AT,
    balances,
    change_dream,
    change_transaction,
    create_dream,
    errors_of,
    events,
    id_of,
    initiate,
    launch_daily,
    post_transaction,
    transactions,
)


async def erase(backend: httpx.AsyncClient, user: httpx.AsyncClient) -> httpx.Response:
    return await backend.delete(f"/v1/users/{id_of(user)}")


async def test_erasing_waits_until_nothing_is_under_way_and_no_money_is_left(
    account: dict[str, Any], deposits: list[dict[str, Any]], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    under_way = await erase(backend, ada)
    for deposit in deposits:
        await change_transaction(backend, deposit, settledAt=AT)
    with_money = await erase(backend, ada)
    side = {"userId": id_of(ada), "fromAccountId": account["id"]}
    await post_transaction(backend, type="Withdrawal", externalId="out", amountCents=7, **side)
    erased = await erase(backend, ada)

    sentence = "can't be deleted: transactions are requested, 3 of them; settle or fail these first"
    assert (under_way.status_code, errors_of(under_way)) == (409, {"id": [sentence]})
    sentence = f"can't be deleted: account {account['id']} holds 7 cents; pay out first"
    assert (with_money.status_code, errors_of(with_money)) == (409, {"id": [sentence]})
    assert (erased.status_code, erased.content) == (204, b"")


async def test_an_erased_user_has_left_nothing_but_the_event(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    dream = await create_dream(ada)
    await launch_daily(ada, dream)
    await change_dream(ada, dream, deletedAt=AT)
    last = (await backend.get(f"/v1/users/{id_of(ada)}")).json()["user"]

    await erase(backend, ada)

    assert (await ada.get("/v1/dreams")).status_code == 401
    assert (await erase(backend, ada)).status_code == 404
    for plural in ("users", "accounts", "dreams", "savehack-launches", "transactions"):
        assert (await backend.get(f"/v1/{plural}")).json()["meta"]["count"] == 0
    [event] = await events(backend, "UserDestroyed")
    assert event["data"] == {name: value for name, value in last.items() if value is not None}
    again = await sign_in("ada")
    assert id_of(again) != id_of(ada)
    assert await balances(again) == ({}, {})


async def test_erasing_one_leaves_the_others(
    account: dict[str, Any],
    deposits: list[dict[str, Any]],
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    bob = await sign_in("bob")

    assert (await erase(backend, bob)).status_code == 204

    assert await transactions(ada) == deposits
    assert len((await backend.get("/v1/users")).json()["users"]) == 1


async def test_who_lists_by_a_cursor_goes_on_after_an_erased_user(
    account: dict[str, Any],
    deposits: list[dict[str, Any]],
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    """The last transaction that was seen is gone; what came after it is not."""
    bob = await sign_in("bob")
    await launch_daily(bob, await create_dream(bob))
    await initiate(bob, id_of(bob))
    (of_bob,) = await transactions(bob)
    for deposit in deposits:
        await change_transaction(backend, deposit, failedAt=AT)
    (last,) = (await backend.get("/v1/transactions", params={"items": 1, "state": "failed", "after_id": ""})).json()[
        "transactions"
    ]

    assert (await erase(backend, ada)).status_code == 204

    found = await backend.get("/v1/transactions", params={"after_id": last["id"]})
    by_user = await bob.get("/v1/transactions", params={"after_id": last["id"]})
    unknown = await backend.get("/v1/transactions", params={"after_id": "never-seen"})
    assert (found.status_code, [each["id"] for each in found.json().get("transactions", [])]) == (200, [of_bob["id"]])
    assert (by_user.status_code, unknown.status_code) == (400, 400)

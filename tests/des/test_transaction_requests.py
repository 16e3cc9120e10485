"""A user asks for money to move: back from a Dream, or to another one."""

from typing import Any

import httpx
import pytest

from .conftest import SignIn
from .journey import (
    AT,
    account_with,
    balances,
    change_transaction,
    create_dream,
    errors_of,
    fill,
    happened,
    id_of,
    post_transaction,
    transactions,
)


@pytest.fixture
async def dream(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    """A Dream that holds 1,000 cents, on an account with 100 more."""
    await account_with(backend, id_of(ada), externalId="savings", balanceCents=100)
    dream = await create_dream(ada)
    await fill(backend, dream, 1_000)
    return dream


async def withdraw(user: httpx.AsyncClient, dream: dict[str, Any], cents: int, **extra: Any) -> httpx.Response:
    return await post_transaction(user, type="Withdrawal", fromDreamId=dream["id"], amountCents=cents, **extra)


async def test_a_withdrawal_waits_for_the_bank(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = await withdraw(ada, dream, 400)

    transaction = answer.json()["transaction"]
    assert (answer.status_code, transaction) == (
        201,
        {
            "type": "Withdrawal",
            "id": transaction["id"],
            "externalId": None,
            "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
            "amountCents": 400,
            "state": "requested",
            "requestedAt": "2026-12-02T10:00:00.000000Z",
            "settledAt": None,
            "failedAt": None,
            "transferConsentId": None,
            "fromAccount": {"type": "SharedSavings", "id": dream["account"]["id"], "externalId": "savings"},
            "fromDream": {"type": "Dream", "id": dream["id"], "name": "Bike"},
            "errors": [],
        },
    )
    assert await transactions(backend, state="requested") == [transaction]
    assert await balances(ada) == ({"savings": 1_100}, {"Bike": 1_000})


async def test_settling_pays_out_once(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    transaction = (await withdraw(ada, dream, 400)).json()["transaction"]

    answers = [await change_transaction(backend, transaction, settledAt=AT) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await balances(ada) == ({"savings": 700}, {"Bike": 600})
    assert (await happened(backend))[-2:] == ["WithdrawalRequested", "WithdrawalSettled"]


async def test_what_is_on_its_way_out_is_spoken_for_until_it_fails(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    first = (await withdraw(ada, dream, 700)).json()["transaction"]

    too_much = await withdraw(ada, dream, 301)
    await change_transaction(backend, first, failedAt=AT, errors=["no"])
    released = await withdraw(ada, dream, 301)

    sentence = "is more than there is: 300 cents are on the Dream and not on their way out"
    assert errors_of(too_much) == {"transaction.amountCents": [sentence]}
    assert released.status_code == 201
    assert (await happened(backend))[-2:] == ["WithdrawalFailed", "WithdrawalRequested"]


async def test_a_withdrawal_that_nothing_covers_any_more_is_not_settled(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """A debt was offset at the branch meanwhile: the bank has to fail it."""
    transaction = (await withdraw(ada, dream, 400)).json()["transaction"]
    side = {"userId": id_of(ada), "fromAccountId": dream["account"]["id"], "fromDreamId": dream["id"]}
    await post_transaction(backend, type="Withdrawal", externalId="debt", amountCents=900, **side)

    settled = await change_transaction(backend, transaction, settledAt=AT)
    failed = await change_transaction(backend, transaction, failedAt=AT)

    assert errors_of(settled) == {"transaction.settledAt": ["can't be set: the Dream holds 100 cents only"]}
    assert failed.status_code == 200
    assert await balances(ada) == ({"savings": 200}, {"Bike": 100})


async def test_between_dreams_of_one_account_money_moves_at_once(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    boat = await create_dream(ada, "Boat")

    answer = await post_transaction(
        ada, type="Internal", fromDreamId=dream["id"], toDreamId=boat["id"], amountCents=250
    )

    transaction = answer.json()["transaction"]
    assert (transaction["state"], transaction["fromDream"]["name"], transaction["toDream"]["name"]) == (
        "settled",
        "Bike",
        "Boat",
    )
    assert await balances(ada) == ({"savings": 1_100}, {"Bike": 750, "Boat": 250})
    assert (await happened(backend))[-1] == "InternalTransferSettled"


@pytest.mark.parametrize(
    ("side", "cents", "left"), [("fromDreamId", 1_000, 0), ("toDreamId", 100, 1_100)], ids=["out", "in"]
)
async def test_what_is_outside_all_dreams_is_meant_by_leaving_one_out(
    side: str, cents: int, left: int, dream: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    too_much = await post_transaction(ada, type="Internal", amountCents=cents + 1, **{side: dream["id"]})
    answer = await post_transaction(ada, type="Internal", amountCents=cents, **{side: dream["id"]})

    assert (too_much.status_code, answer.status_code) == (400, 201)
    assert await balances(ada) == ({"savings": 1_100}, {"Bike": left})


@pytest.mark.parametrize(
    ("wrong", "status", "field", "sentence"),
    [
        ({"type": "Deposit"}, 400, "type", "can't be Deposit: launch a OneTime savehack instead"),
        ({"type": "Gift"}, 400, "type", "must be one of Deposit, Withdrawal, Internal"),
        ({"amountCents": 0}, 400, "amountCents", "must be at least 1"),
        ({"fromDreamId": None}, 400, "fromDreamId", "must be text"),
        ({"fromDreamId": "x"}, 404, "fromDreamId", "does not exist"),
        ({"toDreamId": "x"}, 400, "toDreamId", "is not known here; did you mean fromDreamId?"),
        ({"settledAt": AT}, 403, "settledAt", "can be given by the bank only"),
        ({"externalId": "x"}, 403, "externalId", "can be given by the bank only"),
        ({"fromAccountId": "x"}, 403, "fromAccountId", "can be given by the bank only"),
        ({"userId": "nobody"}, 404, "userId", "does not exist"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_moves(
    wrong: dict[str, Any],
    status: int,
    field: str,
    sentence: str,
    dream: dict[str, Any],
    ada: httpx.AsyncClient,
) -> None:
    body = {"type": "Withdrawal", "fromDreamId": dream["id"], "amountCents": 1, **wrong}
    answer = await post_transaction(ada, **body)

    assert (answer.status_code, errors_of(answer)) == (status, {f"transaction.{field}": [sentence]})
    assert len(await transactions(ada)) == 1


async def test_money_does_not_go_where_it_is(dream: dict[str, Any], ada: httpx.AsyncClient) -> None:
    sentence = "must be another Dream; one that is left out stands for what is outside all Dreams"
    for sides in ({}, {"fromDreamId": dream["id"], "toDreamId": dream["id"]}):
        answer = await post_transaction(ada, type="Internal", amountCents=1, **sides)
        assert errors_of(answer) == {"transaction.toDreamId": [sentence]}


async def test_a_dream_without_an_account_has_nothing_to_give(ada: httpx.AsyncClient) -> None:
    dream = await create_dream(ada)

    answer = await withdraw(ada, dream, 1)

    assert list(errors_of(answer)) == ["transaction.amountCents"]


async def test_nobody_withdraws_from_another(dream: dict[str, Any], sign_in: SignIn) -> None:
    answer = await withdraw(await sign_in("bob"), dream, 1)

    assert (answer.status_code, errors_of(answer)) == (404, {"transaction.fromDreamId": ["does not exist"]})

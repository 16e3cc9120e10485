"""The bank reports what has moved without DES: it is settled already, and the balances follow."""

from typing import Any

import httpx
import pytest

from bank_app_sim.des.savings import money

from .conftest import SignIn
from .journey import (
    AT,
    account_with,
    balances,
    create_dream,
    errors_of,
    happened,
    id_of,
    post_transaction,
    transactions,
)

NOW = "2026-12-02T10:00:00.000000Z"

# What a report of a deposit may have.
OF_DEPOSITS = "type, userId, externalId, amountCents, requestedAt, toAccountId, toDreamId, settledAt"


@pytest.fixture
async def account(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    return await account_with(backend, id_of(ada), externalId="savings", balanceCents=100)


@pytest.fixture
async def dream(account: dict[str, Any], ada: httpx.AsyncClient) -> dict[str, Any]:
    return await create_dream(ada)


def report(user: httpx.AsyncClient, type: str, cents: int, external_id: str = "r-1", **sides: Any) -> dict[str, Any]:
    return {"type": type, "userId": id_of(user), "externalId": external_id, "amountCents": cents, **sides}


async def test_a_report_is_shown_as_documented(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    sides = {"toAccountId": account["id"], "toDreamId": dream["id"]}
    answer = await post_transaction(backend, **report(ada, "Deposit", 1_234, "interest-2026", **sides))

    transaction = answer.json()["transaction"]
    assert (answer.status_code, transaction) == (
        201,
        {
            "type": "Deposit",
            "id": transaction["id"],
            "externalId": "interest-2026",
            "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
            "amountCents": 1_234,
            "state": "settled",
            "requestedAt": NOW,
            "settledAt": NOW,
            "failedAt": None,
            "transferConsentId": None,
            "toAccount": {"type": "SharedSavings", "id": account["id"], "externalId": "savings"},
            "toDream": {"type": "Dream", "id": dream["id"], "name": "Bike"},
            "errors": [],
        },
    )
    assert await transactions(ada) == await transactions(backend, externalId="interest-2026") == [transaction]
    assert await balances(ada) == ({"savings": 1_334}, {"Bike": 1_234})
    assert (await happened(backend))[-1] == "DepositSettled"


async def test_moments_may_be_given(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    moments = {"requestedAt": "2026-12-01T00:00:00+01:00", "settledAt": AT}
    answer = await post_transaction(backend, **report(ada, "Deposit", 1, toAccountId=account["id"], **moments))

    transaction = answer.json()["transaction"]
    assert (transaction["requestedAt"], transaction["settledAt"]) == ("2026-11-30T23:00:00.000000Z", AT)


async def test_without_a_dream_the_residual_moves_and_may_be_less_than_nothing(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    sides = {"toAccountId": account["id"], "toDreamId": dream["id"]}
    await post_transaction(backend, **report(ada, "Deposit", 500, "r-1", **sides))

    fee = await post_transaction(backend, **report(ada, "Withdrawal", 550, "r-2", fromAccountId=account["id"]))

    assert fee.json()["transaction"]["fromDream"] is None
    assert await balances(ada) == ({"savings": 50}, {"Bike": 500})


async def test_the_residual_is_spread_by_internal_transactions(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    sides = {"fromAccountId": account["id"], "toAccountId": account["id"], "toDreamId": dream["id"]}
    by_the_bank = await post_transaction(backend, **report(ada, "Internal", 60, **sides))
    by_the_user = await post_transaction(ada, type="Internal", toDreamId=dream["id"], amountCents=40)

    assert by_the_bank.json()["transaction"]["toDream"]["name"] == "Bike"
    assert by_the_user.json()["transaction"]["state"] == "settled"
    assert await balances(ada) == ({"savings": 100}, {"Bike": 100})
    assert (await happened(backend))[-2:] == ["InternalTransferSettled"] * 2


async def test_an_external_id_is_one_transaction_of_its_user(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    bob = await sign_in("bob")
    of_bob = await account_with(backend, id_of(bob), externalId="savings")

    first = await post_transaction(backend, **report(ada, "Deposit", 5, toAccountId=account["id"]))
    again = await post_transaction(backend, **report(ada, "Deposit", 5, toAccountId=account["id"]))
    bobs = await post_transaction(backend, **report(bob, "Deposit", 5, toAccountId=of_bob["id"]))

    assert [answer.status_code for answer in (first, again, bobs)] == [201, 409, 201]
    assert list(errors_of(again)) == ["transaction.externalId"]
    assert await balances(ada) == ({"savings": 105}, {})


@pytest.mark.parametrize("holder", ["account", "Dream"])
async def test_nothing_holds_less_than_nothing(
    holder: str,
    account: dict[str, Any],
    dream: dict[str, Any],
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
) -> None:
    sides = {"fromAccountId": account["id"], "fromDreamId": dream["id"] if holder == "Dream" else None}
    answer = await post_transaction(backend, **report(ada, "Withdrawal", 101, **sides))

    holds = 0 if holder == "Dream" else 100
    assert errors_of(answer) == {"transaction.amountCents": [f"can't be moved: the {holder} holds {holds} cents only"]}
    assert await transactions(backend) == []
    assert await balances(ada) == ({"savings": 100}, {"Bike": 0})


def test_a_balance_stays_within_what_can_be_kept() -> None:
    assert money.beyond(2**63 - 2, 1) is None
    assert money.beyond(2**63 - 1, 1) == f"holds {2**63 - 1} cents already: more than {2**63 - 1} cannot be"
    assert money.beyond(5, -5) is None
    assert money.beyond(5, -6) == "holds 5 cents only"


async def test_a_balance_may_be_more_than_any_amount(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    for n in range(3):
        answer = await post_transaction(backend, **report(ada, "Deposit", 10**15, f"r-{n}", toAccountId=account["id"]))
        assert answer.status_code == 201

    assert await balances(ada) == ({"savings": 100 + 3 * 10**15}, {})


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"type": "Gift"}, {"type": "must be one of Deposit, Withdrawal, Internal"}),
        ({"userId": "nobody"}, {"userId": "does not exist"}),
        ({"externalId": None}, {"externalId": "must be text"}),
        ({"amountCents": 0}, {"amountCents": "must be at least 1"}),
        ({"amountCents": 10**15 + 1}, {"amountCents": "must be at most 1000000000000000"}),
        ({"toAccountId": "x"}, {"toAccountId": "does not exist"}),
        ({"toDreamId": "x"}, {"toDreamId": "does not exist"}),
        ({"fromAccountId": "x"}, {"fromAccountId": "is not known here; did you mean toAccountId?"}),
        ({"state": "settled"}, {"state": f"is not known here; there is {OF_DEPOSITS}"}),
        ({"settledAt": "now"}, {"settledAt": "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"}),
        ({"failedAt": AT}, {"failedAt": f"is not known here; there is {OF_DEPOSITS}"}),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_moves(
    wrong: dict[str, Any],
    errors: dict[str, str],
    account: dict[str, Any],
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
) -> None:
    body = {**report(ada, "Deposit", 1, toAccountId=account["id"]), **wrong}
    answer = await post_transaction(backend, **body)

    assert answer.status_code == 400
    assert errors_of(answer) == {f"transaction.{field}": [sentence] for field, sentence in errors.items()}
    assert await transactions(backend) == []
    assert await balances(ada) == ({"savings": 100}, {})


@pytest.mark.parametrize("missing", ["userId", "externalId", "amountCents", "toAccountId"])
async def test_what_is_required_is_named(
    missing: str, account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    body = report(ada, "Deposit", 1, toAccountId=account["id"])
    answer = await post_transaction(backend, **{name: value for name, value in body.items() if name != missing})

    assert errors_of(answer) == {f"transaction.{missing}": ["is missing"]}


async def test_accounts_and_dreams_are_the_users_own(
    account: dict[str, Any], dream: dict[str, Any], backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    bob = await sign_in("bob")
    of_bob = await account_with(backend, id_of(bob))

    foreign_account = await post_transaction(backend, **report(bob, "Deposit", 1, toAccountId=account["id"]))
    sides = {"toAccountId": of_bob["id"], "toDreamId": dream["id"]}
    foreign_dream = await post_transaction(backend, **report(bob, "Deposit", 1, **sides))

    assert errors_of(foreign_account) == {"transaction.toAccountId": ["does not exist"]}
    assert errors_of(foreign_dream) == {"transaction.toDreamId": ["does not exist"]}


async def test_a_dream_has_its_money_on_its_own_account(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await account_with(backend, id_of(ada), externalId="other")
    sides = {"toAccountId": other["id"], "toDreamId": dream["id"]}

    answer = await post_transaction(backend, **report(ada, "Deposit", 1, **sides))

    assert errors_of(answer) == {"transaction.toDreamId": ["has its money on another account, or on none"]}


async def test_money_goes_from_one_place_to_another(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    sides = {"fromAccountId": account["id"], "toAccountId": account["id"]}
    answer = await post_transaction(backend, **report(ada, "Internal", 1, **sides))

    assert errors_of(answer) == {"transaction.toDreamId": ["is where the money comes from"]}

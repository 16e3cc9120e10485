"""Dreams on Performance accounts: the bank says what they are worth, and tells it together with what was settled."""

from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import Tenant

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
    id_of,
    launch_daily,
    post_account,
    post_transaction,
    transactions,
)

NOW = "2026-12-02T10:00:00.000000Z"


@pytest.fixture
def tenant() -> Tenant:
    return attrs.evolve(TENANT, performance_dreams=True)


@pytest.fixture
async def account(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    return await account_with(backend, id_of(ada), type="Performance", externalId="depot", balanceCents=300)


@pytest.fixture
async def dream(ada: httpx.AsyncClient, backend: httpx.AsyncClient, account: dict[str, Any]) -> dict[str, Any]:
    """A Dream of 1,000 cents on that account."""
    dream = await create_dream(ada, targetCents=1_000)
    linked: dict[str, Any] = (await change_dream(backend, dream, accountId=account["id"])).json()["dream"]
    return linked


async def change(backend: httpx.AsyncClient, account: dict[str, Any], **fields: Any) -> httpx.Response:
    return await backend.patch(f"/v1/accounts/{account['id']}", json={"account": fields})


async def balances(client: httpx.AsyncClient, account: dict[str, Any], dream: dict[str, Any]) -> tuple[int, int]:
    return (
        (await client.get(f"/v1/accounts/{account['id']}")).json()["account"]["balanceCents"],
        (await client.get(f"/v1/dreams/{dream['id']}")).json()["dream"]["balanceCents"],
    )


async def test_an_account_is_shown_as_documented(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    figures = {
        "balanceCents": 105_000,
        "liquidBalanceCents": 5_000,
        "performanceCents": -1_200,
        "performancePercent": -1.2,
        "totalAcquisitionCostCents": 98_800,
        "valuationFrom": "2026-01-01T00:00:00.000000Z",
        "valuationAt": AT,
    }
    answer = await post_account(backend, id_of(ada), type="Performance", **figures)

    account = answer.json()["account"]
    assert (answer.status_code, account) == (
        201,
        {
            "type": "Performance",
            "id": account["id"],
            "externalId": None,
            "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
            **figures,
        },
    )
    assert (await ada.get(f"/v1/accounts/{account['id']}")).json() == {"account": account}


async def test_what_is_left_out_is_nothing_and_now(account: dict[str, Any]) -> None:
    assert {name: value for name, value in account.items() if name not in ("type", "id", "externalId", "user")} == {
        "balanceCents": 300,
        "liquidBalanceCents": 0,
        "performanceCents": 0,
        "performancePercent": 0.0,
        "totalAcquisitionCostCents": 0,
        "valuationFrom": None,
        "valuationAt": NOW,
    }


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("balanceCents", -1, "can't be negative"),
        ("liquidBalanceCents", -1, "can't be negative"),
        ("performanceCents", -(10**15) - 1, "must be at least -1000000000000000"),
        ("performancePercent", "12", "must be a number"),
        ("performancePercent", True, "must be a number"),
        ("performancePercent", None, "must be a number"),
        ("valuationFrom", "once", "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"),
        ("externalId", "other", "can't be changed"),
        ("type", "SharedSavings", "can't be changed"),
        ("user", {}, "can't be changed"),
        ("balance", 7, "is not known here; did you mean balanceCents?"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])  # decided before anything is stored
async def test_a_wrong_figure_is_named_and_nothing_is_changed(
    field: str, value: object, sentence: str, account: dict[str, Any], backend: httpx.AsyncClient
) -> None:
    answer = await change(backend, account, **{"balanceCents": 7, field: value})

    assert errors_of(answer) == {f"account.{field}": [sentence]}
    assert (await backend.get(f"/v1/accounts/{account['id']}")).json() == {"account": account}


async def test_a_dream_holds_what_its_account_is_worth(
    account: dict[str, Any], dream: dict[str, Any], backend: httpx.AsyncClient
) -> None:
    assert dream["balanceCents"] == 300

    answer = await change(backend, account, balanceCents=800, performancePercent=2.5)

    changed = answer.json()["account"]
    assert (changed["balanceCents"], changed["performancePercent"], changed["valuationAt"]) == (800, 2.5, NOW)
    assert await balances(backend, account, dream) == (800, 800)
    assert [each["data"]["milestonePercent"] for each in await events(backend, "DreamMilestone")] == [25, 50, 75]


async def test_what_is_read_can_be_sent_back(account: dict[str, Any], backend: httpx.AsyncClient) -> None:
    answer = await change(backend, account, **account)

    assert (answer.status_code, answer.json()) == (200, {"account": account})


async def test_an_account_has_one_dream(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await create_dream(ada, "Boat")
    sentence = "is a Performance account that has its Dream already: there is one for each"

    linked = await change_dream(backend, other, accountId=account["id"])
    body = {"name": "Car", "targetCents": 1, "userId": id_of(ada), "accountId": account["id"]}
    created = await backend.post("/v1/dreams", json={"dream": body})

    assert errors_of(linked) == errors_of(created) == {"dream.accountId": [sentence]}


async def test_a_dream_begins_with_what_its_account_is_worth(account: dict[str, Any], ada: httpx.AsyncClient) -> None:
    dream = await create_dream(ada, targetCents=300, accountId=account["id"])

    assert (dream["balanceCents"], dream["achievedAt"]) == (300, NOW)


async def test_a_deposit_is_settled_together_with_the_new_balance(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)
    [deposit] = await transactions(ada)
    body = {
        "accounts": [{"id": account["id"], "balanceCents": 5_300, "liquidBalanceCents": 100}],
        "transactions": [{"id": deposit["id"], "settledAt": AT}],
    }

    answer = await backend.patch(f"/v1/users/{id_of(ada)}", json={"user": body})

    assert (answer.status_code, answer.content) == (204, b"")
    assert await balances(ada, account, dream) == (5_300, 5_300)
    assert [each["settledAt"] for each in await transactions(ada)] == [AT]


async def test_settling_alone_moves_nothing(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, dream)
    [deposit] = await transactions(ada)

    await change_transaction(backend, deposit, settledAt=AT)
    side = {"userId": id_of(ada), "toAccountId": account["id"], "toDreamId": dream["id"]}
    await post_transaction(backend, type="Deposit", externalId="dividend", amountCents=7, **side)

    assert [each["state"] for each in await transactions(ada)] == ["settled", "settled"]
    assert await balances(ada, account, dream) == (300, 300)


async def test_there_is_nothing_outside_its_dream(
    account: dict[str, Any], dream: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    out = await post_transaction(ada, type="Internal", fromDreamId=dream["id"], amountCents=100)
    into = await post_transaction(ada, type="Internal", toDreamId=dream["id"], amountCents=100)

    sentence = "is missing: a Performance account has no money outside its Dream"
    assert errors_of(out) == {"transaction.toDreamId": [sentence]}
    sentence = "is more than there is: 0 cents are on the account outside all Dreams"
    assert errors_of(into) == {"transaction.amountCents": [sentence]}


async def test_savings_accounts_are_possible_beside_them(
    dream: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    other = await create_dream(ada, "Boat")
    savings = await account_with(backend, id_of(ada), externalId="savings")

    linked = await change_dream(backend, other, accountId=savings["id"])

    assert linked.json()["dream"]["account"]["type"] == "SharedSavings"

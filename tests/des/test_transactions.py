"""Deposits: shown, settled or failed once, and drained while that happens."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account, transactions

AT = "2026-12-03T08:00:00.000000Z"
LATER = "2026-12-04T08:00:00.000000Z"


async def change(backend: httpx.AsyncClient, deposit: dict[str, Any], **fields: Any) -> httpx.Response:
    return await backend.patch(f"/v1/transactions/{deposit['id']}", json={"transaction": fields})


@pytest.fixture
async def deposit(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    """A pending deposit of 50.00 whose account exists."""
    await post_account(backend, id_of(ada), externalId="dreams", balanceCents=700)
    await launch_daily(ada, await create_dream(ada))
    [deposit] = await transactions(ada)
    return deposit


Balances = Callable[[], Awaitable[tuple[int, int]]]


@pytest.fixture
def balances(ada: httpx.AsyncClient) -> Balances:
    """Of the account and of the Dream."""

    async def read() -> tuple[int, int]:
        [account] = (await ada.get("/v1/accounts")).json()["accounts"]
        [dream] = (await ada.get("/v1/dreams")).json()["dreams"]
        return account["balanceCents"], dream["balanceCents"]

    return read


async def test_a_deposit_is_shown_as_documented(deposit: dict[str, Any], ada: httpx.AsyncClient) -> None:
    [account] = (await ada.get("/v1/accounts")).json()["accounts"]
    [dream] = (await ada.get("/v1/dreams")).json()["dreams"]

    assert deposit == {
        "type": "Deposit",
        "id": deposit["id"],
        "externalId": None,
        "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
        "amountCents": 5_000,
        "state": "requested",
        "requestedAt": "2026-12-02T10:00:00.000000Z",
        "settledAt": None,
        "failedAt": None,
        "transferConsentId": None,
        "toAccount": {"type": "SharedSavings", "id": account["id"], "externalId": "dreams"},
        "toDream": {"type": "Dream", "id": dream["id"], "name": "Bike"},
        "errors": [],
    }
    assert (await ada.get(f"/v1/transactions/{deposit['id']}")).json() == {"transaction": deposit}


async def test_settling_moves_the_balances_once(
    deposit: dict[str, Any], backend: httpx.AsyncClient, balances: Balances
) -> None:
    before = await balances()
    first = await change(backend, deposit, settledAt="2026-12-03T09:00:00+01:00")
    again = await change(backend, deposit, settledAt=LATER)

    assert before == (700, 0)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json() == {"transaction": {**deposit, "state": "settled", "settledAt": AT}}
    assert await balances() == (5_700, 5_000)


async def test_failing_moves_nothing_and_keeps_the_reasons(
    deposit: dict[str, Any], backend: httpx.AsyncClient, balances: Balances
) -> None:
    first = await change(backend, deposit, failedAt=AT, errors=["insufficient funds"])
    again = await change(backend, deposit, failedAt=LATER, errors=["other"])

    failed = {**deposit, "state": "failed", "failedAt": AT, "errors": ["insufficient funds"]}
    assert first.json() == again.json() == {"transaction": failed}
    assert await balances() == (700, 0)


@pytest.mark.parametrize(
    ("outcome", "other"), [("settledAt", "failedAt"), ("failedAt", "settledAt")], ids=["settled", "failed"]
)
async def test_an_outcome_is_final(
    outcome: str, other: str, deposit: dict[str, Any], backend: httpx.AsyncClient, balances: Balances
) -> None:
    settled = await change(backend, deposit, **{outcome: AT})
    before = await balances()

    answer = await change(backend, deposit, **{other: LATER})

    assert answer.status_code == 400
    [(field, [sentence])] = errors_of(answer).items()
    assert field == f"transaction.{other}"
    assert AT in sentence
    assert await transactions(backend) == [settled.json()["transaction"]]
    assert await balances() == before


async def test_settling_needs_an_account(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))
    [deposit] = await transactions(ada)

    settled = await change(backend, deposit, settledAt=AT)
    failed = await change(backend, deposit, failedAt=AT)

    assert errors_of(settled) == {
        "transaction.settledAt": ["can't be set: there is no account yet; post it, and link it to the Dream, first"]
    }
    assert failed.status_code == 200


async def test_the_two_outcomes_exclude_each_other(
    deposit: dict[str, Any], backend: httpx.AsyncClient, balances: Balances
) -> None:
    answer = await change(backend, deposit, settledAt=AT, failedAt=AT)

    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["transaction.settledAt", "transaction.failedAt"]
    assert await balances() == (700, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "x"),
        ("externalId", "x"),
        ("type", "Withdrawal"),
        ("user", {}),
        ("amountCents", 1),
        ("toAccount", {}),
        ("toDream", {}),
        ("fromAccount", {}),
        ("fromDream", {}),
        ("requestedAt", AT),
        ("state", "settled"),
        ("color", "red"),
        ("settledAt", "now"),
        ("errors", ["no failure"]),
    ],
)
async def test_nothing_but_the_outcome_can_be_written(
    field: str, value: object, deposit: dict[str, Any], backend: httpx.AsyncClient
) -> None:
    answer = await change(backend, deposit, **{field: value})

    assert answer.status_code == 400
    assert list(errors_of(answer)) == [f"transaction.{field}"]
    assert await transactions(backend) == [deposit]


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [("no", "must be a list"), (["no", 1], "element 1 must be text"), ({}, "must be a list")],
)
async def test_reasons_are_a_list_of_texts(
    errors: object, sentence: str, deposit: dict[str, Any], backend: httpx.AsyncClient
) -> None:
    answer = await change(backend, deposit, failedAt=AT, errors=errors)

    assert errors_of(answer) == {"transaction.errors": [sentence]}


@pytest.fixture
async def seven_deposits(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> list[dict[str, Any]]:
    await post_account(backend, id_of(ada))
    dream = await create_dream(ada)
    for cents in range(1, 8):
        await launch_daily(ada, dream, amount_cents=cents)
    return await transactions(ada)


async def test_a_cursor_drains_all_while_they_are_settled(
    seven_deposits: list[dict[str, Any]], backend: httpx.AsyncClient
) -> None:
    """By page numbers every second page would be missed: what is settled leaves the listing."""
    amounts = []
    url: str | None = "/v1/transactions?state=requested&items=2&after_id="
    while url is not None:
        found = (await backend.get(url)).json()
        assert set(found["meta"]) == {"items", "next_url"}
        for deposit in found["transactions"]:
            amounts.append(deposit["amountCents"])
            assert (await change(backend, deposit, settledAt=AT)).status_code == 200
        url = found["meta"]["next_url"]

    assert amounts == [1, 2, 3, 4, 5, 6, 7]
    assert await transactions(backend, state="requested") == []


async def test_a_cursor_ends_where_its_last_page_is_full(
    seven_deposits: list[dict[str, Any]], backend: httpx.AsyncClient
) -> None:
    found = (await backend.get("/v1/transactions?items=7&after_id=")).json()

    assert found["meta"] == {"items": 7, "next_url": None}


async def test_an_unknown_cursor_is_refused(backend: httpx.AsyncClient) -> None:
    answer = await backend.get("/v1/transactions?after_id=x")

    assert answer.status_code == 400
    assert errors_of(answer) == {"after_id": ["does not exist"]}


async def test_transactions_are_found_by_state_and_user(
    seven_deposits: list[dict[str, Any]], backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await change(backend, seven_deposits[0], settledAt=AT)
    await change(backend, seven_deposits[1], failedAt=AT)

    assert len(await transactions(backend, state="requested")) == 5
    assert len(await transactions(backend, state="settled")) == 1
    assert len(await transactions(backend, state="failed")) == 1
    assert len(await transactions(backend, externalUserId="ada")) == 7
    assert await transactions(backend, externalUserId="bob") == []
    assert await transactions(backend, externalId="x") == []
    assert (await backend.get("/v1/transactions", params={"state": "lost"})).status_code == 400

"""A user is changed with all that is theirs, in one step or not at all; and is erased."""

from typing import Any

import httpx
import pytest

from bank_app_sim.server.http.answers import MOST_ERRORS
from bank_app_sim.server.http.fields import MOST_ELEMENTS

from ..conftest import SignIn
from ..journey import AT, account_with, balances, errors_of, events, id_of, post_transaction, transactions
from .asking import change


async def test_all_is_done_in_one_step(
    account: dict[str, Any], deposits: list[dict[str, Any]], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    one, two, four = deposits
    answer = await change(
        backend,
        ada,
        givenName="Ada",
        accounts=[{"id": account["id"], "externalId": "renamed"}],
        transactions=[
            {"id": four["id"], "settledAt": AT},
            {"id": one["id"], "settledAt": AT},
            {"id": two["id"], "failedAt": AT, "errors": ["no funds"]},
        ],
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert [(each["state"], each["errors"]) for each in await transactions(ada)] == [
        ("settled", []),
        ("failed", ["no funds"]),
        ("settled", []),
    ]
    assert await balances(ada) == ({"renamed": 5}, {"Bike": 5})


async def test_one_mistake_takes_everything_back(
    account: dict[str, Any], deposits: list[dict[str, Any]], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = await change(
        backend,
        ada,
        givenName="Ada",
        accounts=[{"id": account["id"], "externalId": "renamed"}, {"id": "x", "balanceCents": 1}],
        transactions=[
            {"id": deposits[0]["id"], "settledAt": AT},
            {"id": deposits[1]["id"], "settledAt": AT, "failedAt": AT},
            {"id": deposits[2]["id"], "settledAt": "now", "setledAt": AT},
            {"id": deposits[0]["id"], "failedAt": AT},
            {"settledAt": AT},
        ],
    )

    assert answer.status_code == 400
    assert errors_of(answer) == {
        "user.accounts[1].id": ["does not exist"],
        "user.transactions[1].settledAt": ["is mutually exclusive with failedAt"],
        "user.transactions[1].failedAt": ["is mutually exclusive with settledAt"],
        "user.transactions[2].settledAt": ["must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"],
        "user.transactions[2].setledAt": ["is not known here; did you mean settledAt?"],
        "user.transactions[3].id": ["is in the list twice"],
        "user.transactions[4].id": ["is missing"],
    }
    assert await transactions(ada) == deposits
    assert await balances(ada) == ({"savings": 0}, {"Bike": 0})
    assert (await backend.get(f"/v1/users/{id_of(ada)}")).json()["user"]["givenName"] is None
    assert await events(backend, "DepositSettled") == []


async def test_what_settles_first_counts_for_what_settles_next(
    account: dict[str, Any], deposits: list[dict[str, Any]], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change(backend, ada, transactions=[{"id": deposits[2]["id"], "settledAt": AT}])
    dream = (await ada.get("/v1/dreams")).json()["dreams"][0]
    asked_for = await post_transaction(ada, type="Withdrawal", fromDreamId=dream["id"], amountCents=4)
    withdrawal = asked_for.json()["transaction"]
    side = {"userId": id_of(ada), "fromAccountId": account["id"], "fromDreamId": dream["id"]}
    await post_transaction(backend, type="Withdrawal", externalId="fee", amountCents=1, **side)
    settled = [{"id": each["id"], "settledAt": AT} for each in (deposits[0], withdrawal)]

    wrong_order = await change(backend, ada, transactions=settled[::-1])
    answer = await change(backend, ada, transactions=settled)

    assert errors_of(wrong_order) == {"user.transactions[0].settledAt": ["can't be set: the Dream holds 3 cents only"]}
    assert answer.status_code == 204
    assert await balances(ada) == ({"savings": 0}, {"Bike": 0})


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"accounts": {}}, "accounts", "must be a list of objects"),
        ({"accounts": [1]}, "accounts[0]", "must be an object"),
        ({"transactions": [{"id": 5, "settledAt": AT}]}, "transactions[0].id", "must be text"),
        ({"id": "x"}, "id", "can't be changed"),
        ({"externalId": "eve"}, "externalId", "can't be changed"),
        ({"givenname": "A"}, "givenname", "is not known here; did you mean givenName?"),
    ],
)
async def test_a_wrong_field_is_named(
    wrong: dict[str, Any], field: str, sentence: str, ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = await change(backend, ada, givenName="Ada", **wrong)

    assert errors_of(answer) == {f"user.{field}": [sentence]}
    assert (await backend.get(f"/v1/users/{id_of(ada)}")).json()["user"]["givenName"] is None


@pytest.mark.parametrize("part", [{}, {"id": "x"}, {"a": 1}])
async def test_of_a_list_no_more_is_read_than_mistakes_are_told(
    part: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = await change(backend, ada, transactions=[part] * MOST_ELEMENTS)

    assert answer.status_code == 400
    assert errors_of(answer)["base"] == [f"more fields are wrong; here are the first {MOST_ERRORS}"]
    assert len(errors_of(answer)) == MOST_ERRORS + 1


@pytest.mark.parametrize("plural", ["accounts", "transactions"])
async def test_a_list_has_a_largest_size(plural: str, ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    """A megabyte has a quarter of a million elements; all others would wait for them."""
    answer = await change(backend, ada, **{plural: [{}] * (MOST_ELEMENTS + 1)})

    assert answer.status_code == 400
    assert errors_of(answer) == {f"user.{plural}": ["has 501 elements; send at most 500 at once"]}


async def test_a_shared_balance_is_not_patched(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    nested = await change(backend, ada, accounts=[{"id": account["id"], "balanceCents": 1}])
    alone = await backend.patch(f"/v1/accounts/{account['id']}", json={"account": {"balanceCents": 1}})

    sentence = "can't be changed: post a transaction instead"
    assert errors_of(nested) == {"user.accounts[0].balanceCents": [sentence]}
    assert errors_of(alone) == {"account.balanceCents": [sentence]}


async def test_empty_lists_and_the_user_as_it_is_change_nothing(
    account: dict[str, Any], deposits: list[dict[str, Any]], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    whole = (await backend.get(f"/v1/users/{id_of(ada)}")).json()["user"]
    told = {"accounts": [account], "transactions": deposits}

    changes: list[dict[str, Any]] = [{"accounts": [], "transactions": []}, whole, told]
    for fields in changes:
        assert (await change(backend, ada, **fields)).status_code == 204
    assert await transactions(ada) == deposits


async def test_things_of_another_user_do_not_exist_here(
    account: dict[str, Any], deposits: list[dict[str, Any]], backend: httpx.AsyncClient, sign_in: SignIn
) -> None:
    answer = await change(
        backend,
        await sign_in("bob"),
        accounts=[{"id": account["id"], "externalId": "mine"}],
        transactions=[{"id": deposits[0]["id"], "settledAt": AT}],
    )

    assert errors_of(answer) == {
        "user.accounts[0].id": ["does not exist"],
        "user.transactions[0].id": ["does not exist"],
    }


@pytest.mark.parametrize("plural", ["accounts", "transactions"])
async def test_balances_and_outcomes_are_the_banks_to_tell(plural: str, ada: httpx.AsyncClient) -> None:
    answer = await change(ada, ada, **{plural: []})

    assert (answer.status_code, list(errors_of(answer))) == (403, [f"user.{plural}"])


async def test_an_external_id_of_an_account_is_taken_once(
    account: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    other = await account_with(backend, id_of(ada), externalId="other")
    path = f"/v1/accounts/{other['id']}"

    taken = await backend.patch(path, json={"account": {"externalId": "savings"}})
    nested = await change(backend, ada, accounts=[{"id": other["id"], "externalId": "savings"}])
    its_own = await backend.patch(path, json={"account": {"externalId": "other"}})
    free = await backend.patch(path, json={"account": {"externalId": "third"}})

    assert [each.status_code for each in (taken, nested, its_own, free)] == [409, 409, 200, 200]
    assert list(errors_of(taken)) == ["account.externalId"]
    assert list(errors_of(nested)) == ["user.accounts[0].externalId"]
    assert free.json()["account"]["externalId"] == "third"

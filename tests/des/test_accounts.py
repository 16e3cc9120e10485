"""Accounts: the three habits with `externalId`, and what is refused."""

from typing import Any

import httpx
import pytest

from .conftest import SignIn
from .journey import errors_of, id_of, post_account


async def accounts(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/v1/accounts", params=query)).json()["accounts"]
    return found


async def test_an_account_is_shown_as_documented(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    answer = await post_account(backend, id_of(ada), externalId="SE35", balanceCents=700)

    assert answer.status_code == 201
    account = answer.json()["account"]
    assert account == {
        "type": "SharedSavings",
        "id": account["id"],
        "externalId": "SE35",
        "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
        "balanceCents": 700,
    }
    assert (await ada.get(f"/v1/accounts/{account['id']}")).json() == {"account": account}
    assert await accounts(ada) == [account]


async def test_one_external_id_is_one_account(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    answers = [await post_account(backend, id_of(ada), externalId="dreams", balanceCents=n) for n in range(3)]

    assert [answer.status_code for answer in answers] == [201, 409, 409]
    assert list(errors_of(answers[1])) == ["account.externalId"]
    assert [account["balanceCents"] for account in await accounts(backend)] == [0]


async def test_a_constant_external_id_is_one_account_for_each_user(
    ada: httpx.AsyncClient, sign_in: SignIn, backend: httpx.AsyncClient
) -> None:
    bob = await sign_in("bob")

    for user in (ada, bob):
        for _ in range(2):
            await post_account(backend, id_of(user), externalId="dreams")

    assert len(await accounts(ada)) == len(await accounts(bob)) == 1
    assert len(await accounts(backend, externalId="dreams")) == 2
    assert len(await accounts(backend, externalId="dreams", userId=id_of(bob))) == 1


@pytest.mark.parametrize("nothing", [{}, {"externalId": None}])
async def test_without_an_external_id_every_post_is_another_account(
    nothing: dict[str, None], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """The documented trap, in a setup of one account for each user."""
    answers = [await post_account(backend, id_of(ada), **nothing) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len(await accounts(ada)) == 3


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"type": "Performance"}, "type", "must be SharedSavings"),
        ({"type": 1}, "type", "must be text"),
        ({"userId": "nobody"}, "userId", "does not exist"),
        ({"userId": None}, "userId", "must be text"),
        ({"externalId": ""}, "externalId", "can't be blank"),
        ({"balanceCents": -1}, "balanceCents", "can't be negative"),
        ({"balanceCents": 10**16}, "balanceCents", "must be at most 1000000000000000"),
        ({"liquidBalanceCents": 1}, "liquidBalanceCents", "is not known here; did you mean balanceCents?"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_created(
    wrong: dict[str, Any], field: str, sentence: str, ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    answer = (
        await post_account(backend, id_of(ada), **wrong)
        if "userId" not in wrong
        else await backend.post("/v1/accounts", json={"account": {"type": "SharedSavings", **wrong}})
    )

    assert answer.status_code == 400
    assert errors_of(answer) == {f"account.{field}": [sentence]}
    assert await accounts(backend) == []

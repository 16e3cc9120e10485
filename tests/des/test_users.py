"""Users, as the bank creates and changes them."""

from typing import Any

import httpx
import pytest

from .bank import Bank
from .conftest import SignIn
from .journey import errors_of, id_of, initiate


async def create(backend: httpx.AsyncClient, **user: Any) -> httpx.Response:
    return await backend.post("/v1/users", json={"user": user})


async def test_the_bank_creates_a_user_before_the_first_launch(backend: httpx.AsyncClient, sign_in: SignIn) -> None:
    answer = await create(backend, externalId="ada", givenName="Ada", familyName=None)
    ada = await sign_in("ada")

    assert answer.status_code == 201
    user = answer.json()["user"]
    assert user == {
        "type": "User",
        "id": id_of(ada),
        "externalId": "ada",
        "givenName": "Ada",
        "familyName": None,
        "provisioningInitiatedAt": None,
        "unreadMessagesCount": 0,
    }


async def test_a_known_external_id_is_a_conflict(backend: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    answer = await create(backend, externalId="ada")

    assert answer.status_code == 409
    assert list(errors_of(answer)) == ["user.externalId"]


@pytest.mark.parametrize("user", [{}, {"externalId": ""}, {"externalId": 5}, {"externalId": None}])
async def test_a_user_has_an_external_id(user: dict[str, Any], backend: httpx.AsyncClient) -> None:
    answer = await create(backend, **user)

    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["user.externalId"]


async def test_users_are_found_by_external_id(backend: httpx.AsyncClient) -> None:
    for name in ("ada", "bob"):
        await create(backend, externalId=name)

    found = (await backend.get("/v1/users", params={"externalId": "bob"})).json()

    assert [user["externalId"] for user in found["users"]] == ["bob"]


async def test_a_patch_changes_what_it_names(backend: httpx.AsyncClient, ada: httpx.AsyncClient) -> None:
    path = f"/v1/users/{id_of(ada)}"
    await backend.patch(path, json={"user": {"givenName": "Ada", "familyName": "King"}})

    answer = await backend.patch(path, json={"user": {"familyName": None}})

    assert (answer.status_code, answer.content) == (204, b"")
    user = (await backend.get(path)).json()["user"]
    assert (user["givenName"], user["familyName"]) == ("Ada", None)


async def test_an_unknown_user_is_not_found(backend: httpx.AsyncClient) -> None:
    for answer in (await backend.get("/v1/users/nobody"), await initiate(backend, "nobody")):
        assert answer.status_code == 404


@pytest.mark.parametrize("value", ["now", "2026-12-02", "2026-12-02T10:00:00", 5, "9999-12-31T23:59:59-10:00"])
async def test_initiating_names_a_moment(value: object, ada: httpx.AsyncClient) -> None:
    answer = await initiate(ada, id_of(ada), provisioningInitiatedAt=value)

    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["user.provisioningInitiatedAt"]


async def test_the_names_of_the_first_token_stay(
    stranger: httpx.AsyncClient, bank: Bank, backend: httpx.AsyncClient
) -> None:
    for name in ("Ada", "Eve"):
        token = bank.id_token("ada", given_name=name, family_name=7)
        await stranger.post("/users/verify_token", json={"token": token})

    users = (await backend.get("/v1/users")).json()["users"]
    assert [(user["givenName"], user["familyName"]) for user in users] == [("Ada", None)]

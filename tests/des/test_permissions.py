"""Who may do what, walked through the table of operations."""

import httpx
import pytest

from bank_app_sim.des.operations import OPERATIONS
from bank_app_sim.des.request import Bank, User
from bank_app_sim.des.unit_of_work import UnitOfWork
from bank_app_sim.server.http.operation import Operation

from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, launch_daily, post_account, savehack_id


@pytest.fixture
def store() -> str:
    """Who is asking is looked up in one way for all of them; on PostgreSQL every other test does it."""
    return "sqlite"


every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")


async def send(client: httpx.AsyncClient, operation: Operation[UnitOfWork]) -> httpx.Response:
    return await client.request(operation.method, operation.path.replace("{id}", "nobody"))


@every_operation
async def test_nothing_is_for_strangers(operation: Operation[UnitOfWork], stranger: httpx.AsyncClient) -> None:
    answer = await send(stranger, operation)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@every_operation
async def test_made_up_credentials_open_nothing(operation: Operation[UnitOfWork], stranger: httpx.AsyncClient) -> None:
    for headers in ({"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"Cookie": "impact_session=x"}):
        stranger.headers = httpx.Headers(headers)
        assert (await send(stranger, operation)).status_code == 401


@every_operation
async def test_a_session_does_what_users_may(operation: Operation[UnitOfWork], ada: httpx.AsyncClient) -> None:
    answer = await send(ada, operation)

    assert (answer.status_code == 403) == (User not in operation.does.principals)


@every_operation
async def test_the_bank_does_what_banks_may(operation: Operation[UnitOfWork], backend: httpx.AsyncClient) -> None:
    answer = await send(backend, operation)

    assert answer.status_code != 401
    assert (answer.status_code == 403) == (Bank not in operation.does.principals)


def test_sessions_and_asking_for_a_consent_are_the_users_alone() -> None:
    users = {(each.method, each.path) for each in OPERATIONS if Bank not in each.does.principals}

    assert users == {
        ("GET", "/v1/session"),
        ("PATCH", "/v1/session"),
        ("DELETE", "/v1/session"),
        ("POST", "/v1/session/keep-alive"),
        ("POST", "/v1/transfer-consents"),
    }


def test_settling_accounts_consents_and_other_users_are_the_banks_alone() -> None:
    banks = {(each.method, each.path) for each in OPERATIONS if User not in each.does.principals}

    assert banks == {
        ("GET", "/v1/users"),
        ("POST", "/v1/users"),
        ("POST", "/v1/accounts"),
        ("PATCH", "/v1/accounts/{id}"),
        ("DELETE", "/v1/users/{id}"),
        ("PATCH", "/v1/transactions/{id}"),
        ("GET", "/v1/events"),
        ("GET", "/v1/transfer-consents"),
        ("PATCH", "/v1/transfer-consents/{id}"),
        ("POST", "/sandbox/feed"),
        ("GET", "/sandbox/webhook-endpoint"),
        ("PUT", "/sandbox/webhook-endpoint"),
        ("DELETE", "/sandbox/webhook-endpoint"),
    }


async def test_a_user_reaches_nothing_of_another(
    ada: httpx.AsyncClient, sign_in: SignIn, backend: httpx.AsyncClient
) -> None:
    account = (await post_account(backend, id_of(ada))).json()["account"]
    dream = await create_dream(ada)
    await launch_daily(ada, dream)
    deposit = (await ada.get("/v1/transactions")).json()["transactions"][0]
    bob = await sign_in("bob")

    of_ada = [
        f"/v1/users/{id_of(ada)}",
        f"/v1/accounts/{account['id']}",
        f"/v1/dreams/{dream['id']}",
        f"/v1/transactions/{deposit['id']}",
    ]
    for path in of_ada:
        assert (await ada.get(path)).status_code == 200
        answer = await bob.get(path)
        assert answer.status_code == 404
        assert errors_of(answer) == {"id": ["does not exist"]}
    for plural in ("accounts", "dreams", "savehack-launches", "transactions"):
        assert (await bob.get(f"/v1/{plural}")).json()["meta"]["count"] == 0
    for query in ({"userId": id_of(ada)}, {"externalUserId": "ada"}):
        assert (await bob.get("/v1/dreams", params=query)).json()["meta"]["count"] == 0
    assert (await bob.get("/v1/transactions", params={"after_id": deposit["id"]})).status_code == 400


async def test_a_user_changes_nothing_of_another(ada: httpx.AsyncClient, sign_in: SignIn) -> None:
    dream = await create_dream(ada)
    bob = await sign_in("bob")

    new_dream = await bob.post("/v1/dreams", json={"dream": {"name": "Bike", "targetCents": 1, "userId": id_of(ada)}})
    launch = {
        "type": "DailyLaunch",
        "dreamId": dream["id"],
        "savehackId": await savehack_id(bob, "Daily"),
        "amountCents": 1,
    }
    new_launch = await bob.post("/v1/savehack-launches", json={"savehackLaunch": launch})
    initiated = await bob.patch(
        f"/v1/users/{id_of(ada)}", json={"user": {"provisioningInitiatedAt": "2026-12-02T10:00:00Z"}}
    )

    assert (new_dream.status_code, list(errors_of(new_dream))) == (404, ["dream.userId"])
    assert (new_launch.status_code, list(errors_of(new_launch))) == (404, ["savehackLaunch.dreamId"])
    assert initiated.status_code == 404


async def test_names_are_the_banks_to_change(ada: httpx.AsyncClient) -> None:
    answer = await ada.patch(f"/v1/users/{id_of(ada)}", json={"user": {"givenName": "Eve"}})

    assert answer.status_code == 403
    assert list(errors_of(answer)) == ["user.givenName"]

"""What most tests do first, in hand-written JSON."""

from typing import Any

import httpx


def id_of(client: httpx.AsyncClient) -> str:
    """The user whom a client is signed in as."""
    return str(client.headers["X-User"])


async def savehack_id(client: httpx.AsyncClient, type: str) -> str:
    answer = await client.get("/v1/savehacks")
    ids = {savehack["type"]: str(savehack["id"]) for savehack in answer.json()["savehacks"]}
    return ids[type]


async def create_dream(user: httpx.AsyncClient, name: str = "Bike", **extra: Any) -> dict[str, Any]:
    answer = await user.post("/v1/dreams", json={"dream": {"name": name, "targetCents": 250_000, **extra}})
    assert answer.status_code == 201, answer.text
    dream: dict[str, Any] = answer.json()["dream"]
    return dream


async def launch_daily(
    user: httpx.AsyncClient, dream: dict[str, Any], amount_cents: int = 5_000, **extra: Any
) -> dict[str, Any]:
    body = {
        "type": "DailyLaunch",
        "dreamId": dream["id"],
        "savehackId": await savehack_id(user, "Daily"),
        "amountCents": amount_cents,
        **extra,
    }
    answer = await user.post("/v1/savehack-launches", json={"savehackLaunch": body})
    assert answer.status_code == 201, answer.text
    launch: dict[str, Any] = answer.json()["savehackLaunch"]
    return launch


async def post_account(backend: httpx.AsyncClient, user_id: str, **extra: Any) -> httpx.Response:
    return await backend.post("/v1/accounts", json={"account": {"type": "SharedSavings", "userId": user_id, **extra}})


async def initiate(client: httpx.AsyncClient, user_id: str, **extra: Any) -> httpx.Response:
    body = {"user": {"provisioningInitiatedAt": "2026-12-02T10:00:00Z", **extra}}
    return await client.patch(f"/v1/users/{user_id}", json=body)


async def transactions(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/transactions", params={"items": 100, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["transactions"]
    return found


async def launches(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/v1/savehack-launches")).json()["savehackLaunches"]
    return found


def errors_of(answer: httpx.Response) -> dict[str, list[str]]:
    """What an error says about each field."""
    return {error["field"]: error["errors"] for error in answer.json()["errors"]}


async def refuse_customer(client: httpx.AsyncClient, user_id: str) -> httpx.Response:
    return await client.patch(f"/v1/users/{user_id}", json={"user": {"provisioningInitiatedAt": None}})


AT = "2026-12-03T08:00:00.000000Z"


async def change_dream(client: httpx.AsyncClient, dream: dict[str, Any], **fields: Any) -> httpx.Response:
    return await client.patch(f"/v1/dreams/{dream['id']}", json={"dream": fields})


async def change_transaction(backend: httpx.AsyncClient, transaction: dict[str, Any], **fields: Any) -> httpx.Response:
    return await backend.patch(f"/v1/transactions/{transaction['id']}", json={"transaction": fields})


async def post_transaction(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post("/v1/transactions", json={"transaction": fields})


async def account_with(backend: httpx.AsyncClient, user_id: str, **extra: Any) -> dict[str, Any]:
    answer = await post_account(backend, user_id, **extra)
    assert answer.status_code == 201, answer.text
    account: dict[str, Any] = answer.json()["account"]
    return account


async def fill(backend: httpx.AsyncClient, dream: dict[str, Any], cents: int, external_id: str = "fill") -> None:
    """Put money on a Dream that has an account."""
    answer = await post_transaction(
        backend,
        type="Deposit",
        userId=dream["user"]["id"],
        externalId=f"{external_id}-{dream['id']}",
        amountCents=cents,
        toAccountId=dream["account"]["id"],
        toDreamId=dream["id"],
    )
    assert answer.status_code == 201, answer.text


async def balances(client: httpx.AsyncClient) -> tuple[dict[str, int], dict[str, int]]:
    """Of the accounts by their external ids, and of the Dreams by their names."""
    accounts = (await client.get("/v1/accounts")).json()["accounts"]
    dreams = (await client.get("/v1/dreams")).json()["dreams"]
    return (
        {account["externalId"]: account["balanceCents"] for account in accounts},
        {dream["name"]: dream["balanceCents"] for dream in dreams},
    )


async def events(backend: httpx.AsyncClient, *types: str) -> list[dict[str, Any]]:
    """All that happened, or what is of these types."""
    found: list[dict[str, Any]] = []
    url: str | None = "/v1/events"
    while url is not None:
        page = (await backend.get(url)).json()
        found += [event for event in page["events"] if not types or event["type"] in types]
        url = page["meta"]["next_url"]
    return found


async def happened(backend: httpx.AsyncClient) -> list[str]:
    """The types of all events, in order, but for those of signing in and asking for deposits."""
    usual = {"UserCreated", "PageView"}
    return [event["type"] for event in await events(backend) if event["type"] not in usual]

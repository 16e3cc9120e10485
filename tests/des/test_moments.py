"""What somebody says has happened lies near the present: ten years, before or after, is the window."""

from typing import Any

import httpx
import pytest

from .journey import create_dream, errors_of, id_of, initiate, launch_daily, post_account, transactions

OUTSIDE = (
    "2099-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2037-01-02T10:00:00Z",
    "2016-11-02T10:00:00Z",
)
INSIDE = ("2036-11-02T10:00:00Z", "2017-01-02T10:00:00Z")


async def refused(client: httpx.AsyncClient, method: str, path: str, root: str, body: dict[str, Any]) -> set[str]:
    """The fields that are named when the last of them is outside the window, at all of these moments."""
    *_, name = body
    named: set[str] = set()
    for at in OUTSIDE:
        answer = await client.request(method, path, json={root: {**body, name: at}})
        assert answer.status_code == 400, (method, path, at, answer.text)
        assert all("too far from now" in sentence for each in errors_of(answer).values() for sentence in each)
        named |= errors_of(answer).keys()
    return named


async def test_no_moment_of_what_has_happened_is_outside_the_window(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    dream = await create_dream(ada)
    launch = await launch_daily(ada, dream)
    user, this_dream = f"/v1/users/{id_of(ada)}", f"/v1/dreams/{dream['id']}"
    initiated = await refused(ada, "PATCH", user, "user", {"provisioningInitiatedAt": ""})
    await initiate(ada, id_of(ada))
    (deposit,) = await transactions(ada)
    account = (await post_account(backend, id_of(ada))).json()["account"]
    this_deposit, this_launch = f"/v1/transactions/{deposit['id']}", f"/v1/savehack-launches/{launch['id']}"
    daily = {"type": "DailyLaunch"}
    report = {
        "type": "Deposit",
        "userId": id_of(ada),
        "externalId": "gift",
        "amountCents": 1,
        "toAccountId": account["id"],
    }
    goal = {"type": "goal", "competition": "league", "team": "a"}

    assert initiated == {"user.provisioningInitiatedAt"}
    for client, method, path, root, body in (
        (ada, "PATCH", this_dream, "dream", {"deletedAt": ""}),
        (ada, "PATCH", this_launch, "savehackLaunch", {**daily, "pausedAt": ""}),
        (ada, "PATCH", this_launch, "savehackLaunch", {**daily, "stoppedAt": ""}),
        (backend, "PATCH", this_deposit, "transaction", {"settledAt": ""}),
        (backend, "PATCH", this_deposit, "transaction", {"failedAt": ""}),
        (backend, "POST", "/v1/transactions", "transaction", {**report, "requestedAt": ""}),
        (backend, "POST", "/v1/transactions", "transaction", {**report, "settledAt": ""}),
        (backend, "POST", "/sandbox/feed", "feedEvent", {**goal, "at": ""}),
    ):
        *_, name = body
        assert await refused(client, method, path, root, body) == {f"{root}.{name}"}
    (still,) = await transactions(ada)
    assert still["state"] == "requested"


@pytest.mark.parametrize("at", INSIDE)
async def test_a_bank_on_a_clock_of_its_own_can_settle(
    at: str, ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """Worlds run in simulated time, and a bank's backend may run on the machine's."""
    await launch_daily(ada, await create_dream(ada))
    await post_account(backend, id_of(ada))
    (deposit,) = await transactions(ada)

    settled = await backend.patch(f"/v1/transactions/{deposit['id']}", json={"transaction": {"settledAt": at}})

    assert settled.status_code == 200

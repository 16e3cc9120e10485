"""Launches wait for an account, start, and are refused; Dreams and deposits find their account."""

from datetime import timedelta

import httpx

from bank_app_sim.des import purging
from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import SignIn, authorize
from .journey import (
    create_dream,
    errors_of,
    id_of,
    initiate,
    launch_daily,
    launches,
    post_account,
    refuse_customer,
    transactions,
)


async def test_a_launch_without_an_account_waits_for_one_to_be_asked_for(ada: httpx.AsyncClient) -> None:
    launch = await launch_daily(ada, await create_dream(ada))

    assert launch["pausedAt"] == "2026-12-02T10:00:00.000000Z"
    assert launch["pauseReason"] == "account_required"
    assert launch["accountProvisionRequestId"]
    assert await transactions(ada) == []


async def test_all_launches_that_wait_share_one_request(ada: httpx.AsyncClient) -> None:
    dream = await create_dream(ada)

    ids = {(await launch_daily(ada, dream))["accountProvisionRequestId"] for _ in range(3)}

    assert len(ids) == 1
    assert {launch["accountProvisionRequestId"] for launch in await launches(ada)} == ids


async def test_nothing_falls_due_while_paused(ada: httpx.AsyncClient, running: None, clock: SimulatedClock) -> None:
    await launch_daily(ada, await create_dream(ada))

    await clock.advance(timedelta(days=10))

    assert await transactions(ada) == []


async def test_initiating_starts_all_paused_launches_with_a_deposit_each(ada: httpx.AsyncClient) -> None:
    dream = await create_dream(ada)
    for _ in range(3):
        await launch_daily(ada, dream)

    answer = await initiate(ada, id_of(ada))

    assert answer.status_code == 204
    assert answer.content == b""
    started = await launches(ada)
    assert [(each["pausedAt"], each["pauseReason"]) for each in started] == [(None, None)] * 3
    deposits = await transactions(ada)
    assert [(deposit["state"], deposit["toAccount"]) for deposit in deposits] == [("requested", None)] * 3


async def test_initiating_twice_is_harmless(ada: httpx.AsyncClient) -> None:
    """The answer may be lost on its way, and is then told again under the same request id."""
    launch = await launch_daily(ada, await create_dream(ada))
    request_id = launch["accountProvisionRequestId"]

    await initiate(ada, id_of(ada), accountProvisionRequestId=request_id)
    again = await initiate(
        ada,
        id_of(ada),
        provisioningInitiatedAt="2026-12-03T00:00:00Z",
        accountProvisionRequestId=request_id,
    )

    assert again.status_code == 204
    assert len(await transactions(ada)) == 1
    user = (await ada.get(f"/v1/users/{id_of(ada)}")).json()["user"]
    assert user["provisioningInitiatedAt"] == "2026-12-02T10:00:00.000000Z"


async def test_a_launch_after_initiating_starts_at_once(ada: httpx.AsyncClient) -> None:
    await initiate(ada, id_of(ada))

    launch = await launch_daily(ada, await create_dream(ada))

    assert launch["pausedAt"] is None
    assert launch["accountProvisionRequestId"] is None
    assert len(await transactions(ada)) == 1


async def test_an_account_before_everything_else_means_that_nobody_is_asked(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    account = (await post_account(backend, id_of(ada), externalId="dreams")).json()["account"]

    dream = await create_dream(ada)
    launch = await launch_daily(ada, dream)

    assert dream["account"] == {"type": "SharedSavings", "id": account["id"], "externalId": "dreams"}
    assert launch["pausedAt"] is None
    assert [deposit["toAccount"]["id"] for deposit in await transactions(ada)] == [account["id"]]


async def test_posting_the_account_starts_launches_that_wait(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, await create_dream(ada))

    account = (await post_account(backend, id_of(ada))).json()["account"]

    assert [launch["pausedAt"] for launch in await launches(ada)] == [None]
    assert [deposit["toAccount"]["id"] for deposit in await transactions(ada)] == [account["id"]]


async def test_posting_the_account_links_dreams_and_pending_deposits(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    for name in ("Bike", "Boat"):
        await launch_daily(ada, await create_dream(ada, name))
    await initiate(ada, id_of(ada))

    account = (await post_account(backend, id_of(ada))).json()["account"]

    dreams = (await ada.get("/v1/dreams")).json()["dreams"]
    assert [dream["account"]["id"] for dream in dreams] == [account["id"]] * 2
    assert [deposit["toAccount"]["id"] for deposit in await transactions(ada)] == [account["id"]] * 2


async def test_posting_the_account_touches_no_other_user(
    ada: httpx.AsyncClient, sign_in: SignIn, backend: httpx.AsyncClient
) -> None:
    bob = await sign_in("bob")
    await launch_daily(bob, await create_dream(bob))

    await post_account(backend, id_of(ada))

    assert [launch["pauseReason"] for launch in await launches(bob)] == ["account_required"]
    assert [dream["account"] for dream in (await bob.get("/v1/dreams")).json()["dreams"]] == [None]


async def test_initiating_after_the_account_was_posted_is_harmless(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    launch = await launch_daily(ada, await create_dream(ada))
    await post_account(backend, id_of(ada))

    answer = await initiate(ada, id_of(ada), accountProvisionRequestId=launch["accountProvisionRequestId"])

    assert answer.status_code == 204
    assert len(await transactions(ada)) == 1


async def test_a_second_account_leaves_the_links_as_they_are(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    """New Dreams go to the oldest account, as those before them."""
    first = (await post_account(backend, id_of(ada))).json()["account"]
    old = await create_dream(ada)

    await post_account(backend, id_of(ada))

    new = await create_dream(ada)
    assert old["account"] == new["account"]
    assert new["account"]["id"] == first["id"]


async def test_a_refused_customer_has_failed_deposits_and_paused_launches(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None, clock: SimulatedClock
) -> None:
    await launch_daily(ada, await create_dream(ada))
    await initiate(ada, id_of(ada))

    answer = await refuse_customer(backend, id_of(ada))
    await clock.advance(timedelta(days=3))

    assert answer.status_code == 204
    deposits = await transactions(ada)
    assert [(deposit["state"], deposit["errors"]) for deposit in deposits] == [("failed", ["the customer was refused"])]
    assert [launch["pauseReason"] for launch in await launches(ada)] == ["account_required"]
    user = (await ada.get(f"/v1/users/{id_of(ada)}")).json()["user"]
    assert user["provisioningInitiatedAt"] is None


async def test_after_a_refusal_the_next_launch_asks_under_a_new_request(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    dream = await create_dream(ada)
    old = (await launch_daily(ada, dream))["accountProvisionRequestId"]
    await initiate(ada, id_of(ada))
    await refuse_customer(backend, id_of(ada))

    new = (await launch_daily(ada, dream))["accountProvisionRequestId"]

    assert new not in (None, old)
    assert {launch["accountProvisionRequestId"] for launch in await launches(ada)} == {new}


async def test_an_answer_to_a_closed_request_is_refused(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    """The bank refuses the customer while the app is still asking: the app's late answer starts nothing."""
    old = (await launch_daily(ada, await create_dream(ada)))["accountProvisionRequestId"]
    await refuse_customer(backend, id_of(ada))

    answer = await initiate(ada, id_of(ada), accountProvisionRequestId=old)

    assert answer.status_code == 409
    assert list(errors_of(answer)) == ["user.accountProvisionRequestId"]
    assert await transactions(ada) == []


async def test_a_refused_customer_who_is_accepted_later_starts_again(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await launch_daily(ada, await create_dream(ada))
    await initiate(ada, id_of(ada))
    await refuse_customer(backend, id_of(ada))

    await initiate(ada, id_of(ada))

    assert [deposit["state"] for deposit in await transactions(ada)] == ["failed", "requested"]


async def test_a_customer_with_an_account_cannot_be_refused(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> None:
    await initiate(ada, id_of(ada))
    await post_account(backend, id_of(ada))

    answer = await refuse_customer(backend, id_of(ada))

    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["user.provisioningInitiatedAt"]


async def test_a_refusal_is_not_for_the_user_to_declare(ada: httpx.AsyncClient) -> None:
    answer = await refuse_customer(ada, id_of(ada))

    assert answer.status_code == 403


async def test_deposits_fall_due_on_schedule(ada: httpx.AsyncClient, running: None, clock: SimulatedClock) -> None:
    await initiate(ada, id_of(ada))
    await launch_daily(ada, await create_dream(ada))

    await clock.advance(timedelta(days=2))

    assert [deposit["requestedAt"] for deposit in await transactions(ada)] == [
        "2026-12-02T10:00:00.000000Z",
        "2026-12-03T10:00:00.000000Z",
        "2026-12-04T10:00:00.000000Z",
    ]


async def test_expired_tokens_and_keys_are_thrown_away_while_deposits_go_on(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, running: None, clock: SimulatedClock
) -> None:
    await clock.advance(purging.EVERY + timedelta(days=1))

    unknown = await backend.get("/v1/users")
    await authorize(backend)

    assert errors_of(unknown)["base"] == ["the access token is unknown; get one at POST /oauth/token"]
    assert (await backend.get("/v1/users")).status_code == 200
    assert (await ada.get("/v1/dreams")).status_code == 200

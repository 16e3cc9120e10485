"""From an order to an account that DES knows, or to a refusal that DES knows."""

from datetime import timedelta

import anyio
import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from bank_app_sim.backend import BankBackend
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace
from impact_sdk import ImpactAPI

from .network import Network
from .saver import Saver, let_pass, saver

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def test_the_account_is_posted_when_the_bank_has_decided_and_not_before(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    order = await ada.orders_account(account_external_id="dreams")

    await let_pass(2 * DAY - MINUTE, backend, clock)
    assert (await ada.accounts_at_des(), await ada.state_of(order)) == ([], "ORDERED")

    await let_pass(MINUTE, backend, clock)
    (account,) = await ada.accounts_at_des()
    assert (account["externalId"], account["user"]["externalId"]) == ("dreams", "ada")
    assert await ada.state_of(order) == "REPORTED"
    assert await ada.balances() == {"current:ada": 1_000_000, "savings:ada": 0}


async def test_an_order_wakes_a_backend_that_has_nothing_to_do(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    async with anyio.create_task_group() as working:
        working.start_soon(backend.run)
        await clock.advance(DAY)
        order = await ada.orders_account()

        await clock.advance(2 * DAY)

        assert await ada.state_of(order) == "REPORTED"
        working.cancel_scope.cancel()


async def test_without_an_external_id_the_account_has_the_users_id(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    """Without any external id every retry would make another account."""
    await ada.orders_account()

    await let_pass(2 * DAY, backend, clock)

    assert [account["externalId"] for account in await ada.accounts_at_des()] == [(await ada.user())["id"]]


async def test_an_account_in_advance_makes_the_user_known_first(
    ada: Saver, backend: BankBackend, impact: ImpactAPI, trace: Trace, clock: SimulatedClock
) -> None:
    order = await ada.bank.post("/provisioning-orders", json={})

    await let_pass(2 * DAY, backend, clock)

    (user,) = [user async for user in impact.users.list()]
    (account,) = [account async for account in impact.accounts.list()]
    assert (user.external_id, account.user.id, account.external_id) == ("ada", user.id, user.id)
    assert await ada.state_of(order) == "REPORTED"
    told = [message.label for message in trace if {message.sender, message.receiver} == {"bank_backend", "des"}]
    posted = told.index("POST /users")
    assert told[posted : posted + 4] == ["POST /users", "201 Created", "POST /accounts", "201 Created"]


async def test_a_customer_who_launches_before_the_advance_account_is_there_gets_it(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    """POST /users answers 409: the user is looked up, and is not made twice."""
    order = await ada.bank.post("/provisioning-orders", json={})
    await ada.saves(5_000)

    await let_pass(2 * DAY, backend, clock)

    assert len(await ada.accounts_at_des()) == 1
    assert await ada.state_of(order) == "REPORTED"


async def test_an_app_cannot_have_an_account_opened_on_somebody_else(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    async with saver("bob", network, clock) as bob:
        await bob.bank.post("/provisioning-orders", json={"user_id": (await ada.user())["id"]})

        await let_pass(2 * DAY, backend, clock)

        assert await ada.accounts_at_des() == []
        assert len(await bob.accounts_at_des()) == 1


async def test_however_often_it_is_ordered_there_is_one_account(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    for day in range(6):
        await ada.orders_account(request_id=f"request-{day}", account_external_id=f"account-{day}")
        await let_pass(DAY, backend, clock)

    assert len(await ada.accounts_at_des()) == 1


async def test_a_finished_order_says_done(
    ada: Saver, backend: BankBackend, trace: Trace, clock: SimulatedClock
) -> None:
    order = await ada.bank.post("/provisioning-orders", json={})
    await let_pass(2 * DAY, backend, clock)

    await ada.state_of(order)

    assert [message.label for message in trace][-2:] == ["GET /provisioning-orders/{id}", "done"]


async def test_an_order_survives_an_outage_of_des(
    ada: Saver, backend: BankBackend, impact: ImpactAPI, network: Network, clock: SimulatedClock
) -> None:
    """It is tried again until it succeeds, and says why it waits."""
    order = await ada.bank.post("/provisioning-orders", json={})
    place = f"/provisioning-orders/{order.json()['order']['id']}"
    network.fail(to="des")
    await let_pass(2 * DAY + timedelta(hours=1), backend, clock)
    waiting = (await ada.bank.get(place)).json()["order"]
    assert waiting["state"] == "OPENED"
    assert waiting["attempts"] > 10
    assert "503" in waiting["last_error"]

    network.heal()
    await let_pass(6 * MINUTE, backend, clock)

    done = (await ada.bank.get(place)).json()["order"]
    assert (done["state"], done["attempts"], done["last_error"]) == ("REPORTED", 0, None)
    assert len([account async for account in impact.accounts.list()]) == 1


async def test_a_lost_answer_makes_no_second_account(
    ada: Saver, backend: BankBackend, des: DES, impact: ImpactAPI, network: Network, clock: SimulatedClock
) -> None:
    """DES creates the account, and the connection breaks before it answers."""
    lost: list[Message] = []

    async def breaks_once(scope: Scope, receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) != ("POST", "/v1/accounts") or lost:
            await des.app(scope, receive, send)
            return

        async def lose(message: Message) -> None:
            lost.append(message)

        await des.app(scope, receive, lose)
        raise httpx.ReadError("connection reset")

    network.hosts["des"] = breaks_once
    order = await ada.bank.post("/provisioning-orders", json={})

    await let_pass(2 * DAY + MINUTE, backend, clock)

    assert lost[0]["status"] == 201
    assert await ada.state_of(order) == "REPORTED"
    assert len([account async for account in impact.accounts.list()]) == 1


async def test_a_refused_customers_deposits_fail_and_launches_wait(
    mallory: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await mallory.saves(5_000)
    await mallory.orders_account()

    await let_pass(2 * DAY, backend, clock)

    assert await mallory.deposits() == [(5_000, "failed", ["the bank does not open an account for this customer"])]
    assert await mallory.launches_are_paused() == [True]
    assert (await mallory.user())["provisioningInitiatedAt"] is None
    assert await mallory.accounts_at_des() == []
    assert await mallory.balances() == {"current:mallory": 1_000_000}


async def test_after_a_refusal_another_request_is_another_order(
    mallory: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await mallory.orders_account(request_id="first")
    await let_pass(2 * DAY, backend, clock)

    again = await mallory.orders_account(request_id="first")
    other = await mallory.orders_account(request_id="second")

    assert (again.status_code, again.json()["order"]["state"]) == (200, "REFUSAL_REPORTED")
    assert (other.status_code, other.json()["order"]["state"]) == (202, "ORDERED")


async def test_a_late_refusal_does_not_stop_a_newer_order(
    mallory: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    """DES hears the result of the newer order."""
    await mallory.orders_account(request_id="first")
    network.fail(to="des")
    await let_pass(2 * DAY, backend, clock)
    network.heal()

    await mallory.orders_account(request_id="second")
    await let_pass(6 * MINUTE, backend, clock)

    assert (await mallory.user())["provisioningInitiatedAt"] is not None


async def test_des_hears_nothing_of_a_refusal_in_advance(
    mallory: Saver, backend: BankBackend, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    order = await mallory.bank.post("/provisioning-orders", json={})

    await let_pass(2 * DAY, backend, clock)

    assert await mallory.state_of(order) == "REFUSAL_REPORTED"
    assert [user async for user in impact.users.list()] == []


@pytest.mark.parametrize("customer", ["ada", "mallory"])
async def test_a_backend_with_nothing_to_do_asks_for_nothing(
    customer: str, backend: BankBackend, des: DES, network: Network, clock: SimulatedClock
) -> None:
    """Without an account there are no deposits to fetch, also after a refusal."""
    async with saver(customer, network, clock) as person:
        await person.bank.get("/accounts")
        if customer == "mallory":
            await person.orders_account()
        await let_pass(2 * DAY, backend, clock)
        network.requests.clear()

        await let_pass(30 * DAY, backend, clock)

    assert network.requests == []

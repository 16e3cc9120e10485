"""An account for each Dream: opened for it, linked to it, and settled on it."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from bank_app_sim.backend import CRASH_POINTS, DREAM_CRASH_POINTS, Bank, BankBackend
from bank_app_sim.des import DES, AccountSetup, Tenant
from bank_app_sim.timeline.clock import SimulatedClock
from impact_sdk import ImpactAPI

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network
from .saver import Saver, let_pass, saver

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant(tenant: Tenant) -> Tenant:
    return attrs.evolve(tenant, account_setup=AccountSetup.PER_DREAM)


@pytest.fixture
def settings(settings: Bank) -> Bank:
    return attrs.evolve(settings, look_for_events_every=HOUR)


async def open_for(ada: Saver, *names: str, backend: BankBackend, clock: SimulatedClock) -> list[dict[str, Any]]:
    """Dreams whose accounts are open."""
    dreams = [await ada.dreams(name) for name in names]
    for dream in dreams:
        await ada.orders_account_for(dream)
    await let_pass(2 * DAY, backend, clock)
    return dreams


async def test_each_dream_gets_an_account_and_its_deposits(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    bike, boat = [await ada.dreams(name) for name in ("Bike", "Boat")]
    await ada.saves_for(bike, 5_000)
    order = await ada.orders_account_for(bike)
    await ada.orders_account_for(boat)
    await ada.saves_for(boat, 7_000)

    await let_pass(2 * DAY, backend, clock)

    assert await ada.state_of(order) == "REPORTED"
    assert await ada.holds() == {"Bike": 5_000, "Boat": 7_000}
    assert await ada.at_des() == {bike["id"]: 5_000, boat["id"]: 7_000}
    assert await ada.balances() == {
        "current:ada": 988_000,
        f"savings:ada:{bike['id']}": 5_000,
        f"savings:ada:{boat['id']}": 7_000,
    }


async def test_a_dream_gets_one_account_however_often_it_is_asked_for(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    dream = await ada.dreams()

    orders = [await ada.orders_account_for(dream) for _ in range(3)]
    await let_pass(2 * DAY, backend, clock)

    assert [order.status_code for order in orders] == [202, 200, 200]
    assert len(await ada.accounts_at_des()) == 1


async def test_money_moves_from_one_account_to_another(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    bike, boat = await open_for(ada, "Bike", "Boat", backend=backend, clock=clock)
    await ada.saves_for(bike, 5_000)
    await let_pass(HOUR, backend, clock)

    await ada.asks_for("Internal", 2_000, fromDreamId=bike["id"], toDreamId=boat["id"])
    await ada.asks_for("Withdrawal", 1_000, fromDreamId=bike["id"])
    await let_pass(HOUR, backend, clock)

    assert await ada.holds() == {"Bike": 2_000, "Boat": 2_000}
    assert await ada.balances() == {
        "current:ada": 996_000,
        f"savings:ada:{bike['id']}": 2_000,
        f"savings:ada:{boat['id']}": 2_000,
    }


async def test_a_refused_customer_hears_it_for_each_dream(
    mallory: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    bike, boat = [await mallory.dreams(name) for name in ("Bike", "Boat")]
    for dream in (bike, boat):
        await mallory.saves_for(dream, 5_000)
    order = await mallory.orders_account_for(bike)

    await let_pass(2 * DAY, backend, clock)

    assert await mallory.state_of(order) == "REFUSAL_REPORTED"
    assert [state for _, state, _ in await mallory.deposits()] == ["failed"]
    assert await mallory.launches_are_paused() == [True, True]
    listed = (await mallory.des.get("/v1/dreams")).json()["dreams"]
    assert [dream["provisioningInitiatedAt"] for dream in listed] == [None, None]
    assert listed[0]["accountProvisionRequestId"] not in (None, bike["accountProvisionRequestId"])
    assert listed[1]["accountProvisionRequestId"] == boat["accountProvisionRequestId"]


async def test_after_a_refusal_a_dream_can_be_asked_for_again(
    mallory: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    dream = await mallory.dreams()
    await mallory.orders_account_for(dream)
    await let_pass(2 * DAY, backend, clock)

    again = await mallory.orders_account_for(dream)

    assert again.status_code == 202


async def test_a_dream_that_was_deleted_meanwhile_leaves_an_account_without_one(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    dream = await ada.dreams()
    order = await ada.orders_account_for(dream)
    deleted = {"dream": {"deletedAt": "2027-01-05T00:00:00Z"}}
    assert (await ada.des.patch(f"/v1/dreams/{dream['id']}", json=deleted)).status_code == 200

    await let_pass(2 * DAY, backend, clock)

    assert await ada.state_of(order) == "UNLINKED"
    assert list(await ada.at_des()) == [dream["id"]]


async def test_a_manipulated_app_cannot_link_another_users_dream(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    dream = await ada.dreams()
    async with saver("eve", network, clock) as eve:
        await eve.user()
        order = await eve.bank.post("/provisioning-orders", json={"dream_id": dream["id"], "user_id": "whoever"})
        await let_pass(2 * DAY, backend, clock)

        assert await eve.state_of(order) == "UNLINKED"
    assert (await ada.des.get(f"/v1/dreams/{dream['id']}")).json()["dream"]["account"] is None


async def test_an_unknown_dream_is_linked_to_nothing(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    await ada.user()
    order = await ada.bank.post("/provisioning-orders", json={"dream_id": "nobody's", "user_id": "whoever"})

    await let_pass(2 * DAY, backend, clock)

    assert await ada.state_of(order) == "UNLINKED"


async def test_linking_survives_an_outage_of_des(
    ada: Saver, backend: BankBackend, network: Network, clock: SimulatedClock
) -> None:
    dream = await ada.dreams()
    await ada.saves_for(dream, 5_000)
    order = await ada.orders_account_for(dream)
    network.fail(what="PATCH /dreams/{id}")
    await let_pass(2 * DAY + HOUR, backend, clock)
    assert await ada.state_of(order) == "POSTED"

    network.heal()
    await let_pass(HOUR, backend, clock)

    assert await ada.state_of(order) == "REPORTED"
    assert await ada.holds() == {"Bike": 5_000}


async def test_a_user_who_is_deleted_at_des_has_all_accounts_closed(
    ada: Saver, backend: BankBackend, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    bike, _ = await open_for(ada, "Bike", "Boat", backend=backend, clock=clock)
    assert len(await ada.balances()) == 3

    await impact.users.delete(bike["user"]["id"])
    await let_pass(2 * HOUR, backend, clock)

    assert await ada.balances() == {"current:ada": 1_000_000}


POINTS = (*(point for point in CRASH_POINTS if "REFUSED" not in point), *DREAM_CRASH_POINTS)


@pytest.mark.thorough
@pytest.mark.parametrize("points", [*([point] for point in DREAM_CRASH_POINTS), POINTS], ids=lambda each: each[0])
async def test_one_account_for_the_dream_wherever_the_process_dies(
    points: list[str], start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    crash = DyingAt(set(points))
    backend = start(crash)
    async with saver("ada", network, clock) as ada:
        dream = await ada.dreams()
        await ada.saves_for(dream, 5_000)
        await ada.orders_account_for(dream)
        end = clock.now() + 2 * DAY + HOUR
        while clock.now() < end:
            try:
                due_at = await backend.work_off()
            except Crashed:
                backend.close()
                backend = start(crash)
                continue
            await clock.advance_to(min(end, due_at or end))

        assert crash.points == set()
        assert await ada.at_des() == {dream["id"]: 5_000}
        assert await ada.holds() == {"Bike": 5_000}
        assert await ada.balances() == {"current:ada": 995_000, f"savings:ada:{dream['id']}": 5_000}
        backend.close()


def test_linking_has_two_crash_points() -> None:
    assert DREAM_CRASH_POINTS == ("provisioning.POSTED.due-not-done", "provisioning.POSTED.done-not-written")

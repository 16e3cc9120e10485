"""Performance accounts: the bank settles and says what they are worth in one step, and when markets move."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from bank_app_sim.backend import Bank, BankBackend
from bank_app_sim.des import Tenant
from bank_app_sim.timeline.clock import SimulatedClock

from .network import Network
from .saver import Saver, let_pass

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant(tenant: Tenant) -> Tenant:
    return attrs.evolve(tenant, performance_dreams=True)


@pytest.fixture
def settings(settings: Bank) -> Bank:
    return attrs.evolve(settings, dream_product="Performance")


@pytest.fixture
async def dream(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> dict[str, Any]:
    """Ada's Dream, with 50.00 invested."""
    dream = await ada.dreams()
    await ada.saves_for(dream, 5_000)
    await ada.orders_account_for(dream)
    await let_pass(2 * DAY, backend, clock)
    return dream


async def worth(saver: Saver) -> dict[str, Any]:
    [account] = await saver.accounts_at_des()
    names = ("type", "balanceCents", "performanceCents", "performancePercent", "totalAcquisitionCostCents")
    return {name: account[name] for name in names}


async def test_a_deposit_is_settled_together_with_what_the_account_is_worth(
    dream: dict[str, Any], ada: Saver, network: Network
) -> None:
    assert await worth(ada) == {
        "type": "Performance",
        "balanceCents": 5_000,
        "performanceCents": 0,
        "performancePercent": 0.0,
        "totalAcquisitionCostCents": 5_000,
    }
    assert await ada.holds() == {"Bike": 5_000}
    assert await ada.deposits() == [(5_000, "settled", [])]
    assert await ada.balances() == {"current:ada": 995_000, f"investments:ada:{dream['id']}": 5_000}
    told = [request for request in network.requests if request.startswith("PATCH des /v1/")]
    assert told[-1] == f"PATCH des /v1/users/{dream['user']['id']}"
    assert not [each for each in told if "/transactions/" in each]


async def test_the_market_moves_what_a_dream_holds(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    account = f"investments:ada:{dream['id']}"
    for cents, reference in ((250, "monday"), (-50, "tuesday"), (-50, "tuesday")):
        movement = {"account": account, "amount_cents": cents, "kind": "market", "reference": reference}
        await ada.bank.post("/ledger/movements", json=movement)
    await let_pass(HOUR, backend, clock)

    assert await worth(ada) == {
        "type": "Performance",
        "balanceCents": 5_200,
        "performanceCents": 200,
        "performancePercent": 4.0,
        "totalAcquisitionCostCents": 5_000,
    }
    assert await ada.holds() == {"Bike": 5_200}
    assert len(await ada.deposits()) == 1


async def test_money_paid_in_elsewhere_is_reported_and_counted(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    movement = {"account": f"investments:ada:{dream['id']}", "amount_cents": 700, "reference": "branch-1"}
    await ada.bank.post("/ledger/movements", json=movement)

    await let_pass(HOUR, backend, clock)

    assert (await worth(ada))["totalAcquisitionCostCents"] == 5_700
    assert [(cents, state) for cents, state, _ in await ada.deposits()] == [(5_000, "settled"), (700, "settled")]


async def test_a_withdrawal_takes_along_what_is_left(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    await ada.asks_for("Withdrawal", 2_000, fromDreamId=dream["id"])

    await let_pass(HOUR, backend, clock)

    assert await ada.holds() == {"Bike": 3_000}
    assert (await worth(ada))["balanceCents"] == 3_000
    assert (await ada.balances())["current:ada"] == 997_000

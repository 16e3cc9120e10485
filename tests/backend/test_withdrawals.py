"""Withdrawals, and moves between Dreams, at the bank."""

from datetime import timedelta
from typing import Any

import pytest

from bank_app_sim.backend import BankBackend
from bank_app_sim.timeline.clock import SimulatedClock
from impact_sdk import ImpactAPI

from .saver import Saver, let_pass

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def dream(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> dict[str, Any]:
    """Ada's Dream, with 50.00 on it."""
    dream = await ada.dreams()
    await ada.saves_for(dream, 5_000)
    await ada.orders_account()
    await let_pass(2 * DAY, backend, clock)
    assert await ada.holds() == {"Bike": 5_000}
    return dream


async def transfers(saver: Saver) -> list[tuple[str, str, str | None]]:
    listed = (await saver.bank.get("/ledger")).json()["transfers"]
    return [(transfer["kind"], transfer["state"], transfer["reason"]) for transfer in listed]


async def test_a_withdrawal_goes_back_to_the_current_account(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    asked_for = await ada.asks_for("Withdrawal", 2_000, fromDreamId=dream["id"])

    await let_pass(HOUR, backend, clock)

    assert await ada.balances() == {"current:ada": 997_000, "savings:ada": 3_000}
    assert await ada.holds() == {"Bike": 3_000}
    postings = (await ada.bank.get("/ledger")).json()["postings"]
    assert postings[-1]["reference"] == f"withdrawal:{asked_for['id']}"


async def test_a_withdrawal_of_more_than_there_is_fails(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    """DES knows more money than the bank has, because too much was reported."""
    [account] = await ada.accounts_at_des()
    await impact.transactions.create_deposit(
        user_id=dream["user"]["id"],
        external_id="by mistake",
        amount_cents=1_000,
        to_account_id=account["id"],
        to_dream_id=dream["id"],
    )
    asked_for = await ada.asks_for("Withdrawal", 6_000, fromDreamId=dream["id"])

    await let_pass(HOUR, backend, clock)

    failed = (await ada.des.get(f"/v1/transactions/{asked_for['id']}")).json()["transaction"]
    reason = "insufficient funds: the withdrawal is 6000 cents, the savings account holds 5000"
    assert (failed["state"], failed["errors"]) == ("failed", [reason])
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_the_bank_does_not_move_what_stays_on_one_account(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    boat = await ada.dreams("Boat")

    await ada.asks_for("Internal", 2_000, fromDreamId=dream["id"], toDreamId=boat["id"])
    await let_pass(HOUR, backend, clock)

    assert await ada.holds() == {"Bike": 3_000, "Boat": 2_000}
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}
    assert await transfers(ada) == [("deposit", "REPORTED", None)]


async def test_a_withdrawal_that_des_has_failed_meanwhile_goes_back(
    dream: dict[str, Any], ada: Saver, backend: BankBackend, impact: ImpactAPI, clock: SimulatedClock
) -> None:
    asked_for = await ada.asks_for("Withdrawal", 2_000, fromDreamId=dream["id"])
    await clock.advance(HOUR)
    requested = [each async for each in impact.transactions.drain()]
    await impact.transactions.fail(asked_for["id"], errors=["changed my mind"])
    backend_saw = [each.id for each in requested]

    await let_pass(HOUR, backend, clock)

    assert backend_saw == [asked_for["id"]]
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}

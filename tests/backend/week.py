"""A week of two savers, and what the bank and DES must have in the end."""

from datetime import timedelta
from typing import Any

import anyio

from bank_app_sim.backend import BankBackend
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock
from impact_sdk import ImpactAPI

from .saver import Saver

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def a_week(
    ada: Saver, bo: Saver, impact: ImpactAPI, des: DES, backend: BankBackend, clock: SimulatedClock
) -> None:
    """Ada saves twice, once too much; Bo opens an account, leaves before anything is saved, and does not come back."""
    async with anyio.create_task_group() as working:
        working.start_soon(des.run)
        working.start_soon(backend.run)
        await ada.saves(5_000)
        await ada.orders_account()
        await bo.orders_account()
        bos_id = (await bo.user())["id"]
        await clock.advance(3 * DAY)
        await ada.saves(6_000)
        await ada.saves(2_000_000)
        await clock.advance(10 * MINUTE)
        await impact.users.delete(bos_id)
        await clock.advance(4 * DAY)
        working.cancel_scope.cancel()


async def end_state(ada: Saver, bo: Saver, impact: ImpactAPI) -> dict[str, Any]:
    """What the bank and DES have in the end, without the moments, and without ids that every run makes anew."""
    books = (await ada.bank.get("/ledger")).json()
    told = {event["id"] for event in (await ada.bank.get("/impact-events")).json()["events"]}
    return {
        "deposits": await ada.deposits(),
        "balances": [await each.balances() for each in (ada, bo)],
        "transfers": sorted((transfer["amount_cents"], transfer["state"]) for transfer in books["transfers"]),
        "postings": sorted(posting["reference"].partition(":")[0] for posting in books["postings"]),
        "sum": books["sum_cents"],
        # Looking at the end state is a page view, of which the bank hears later.
        "untold": [
            event.type async for event in impact.events.list() if event.id not in told and event.type != "PageView"
        ],
    }


EXPECTED = {
    "deposits": [
        (5_000, "settled", []),
        (6_000, "settled", []),
        (
            2_000_000,
            "failed",
            ["insufficient funds: the deposit is 2000000 cents, the current account holds 989000"],
        ),
    ],
    "balances": [{"current:ada": 989_000, "savings:ada": 11_000}, {"current:bo": 1_000_000}],
    "transfers": [(5_000, "REPORTED"), (6_000, "REPORTED"), (2_000_000, "REPORTED")],
    "postings": ["deposit", "deposit", "opening", "opening"],
    "sum": 0,
    "untold": [],
}

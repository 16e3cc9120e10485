"""The process dies at the worst moments, another takes over its file, and the result is the same as without."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest

from bank_app_sim.backend import CRASH_POINTS, BankBackend
from bank_app_sim.des import DES
from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network
from .saver import Saver, saver

pytestmark = pytest.mark.thorough

# One deposit that is moved, one that is too large, and one of a customer who is refused.
MOVED, TOO_LARGE, REFUSED = 5_000, 2_000_000, 7_000


@asynccontextmanager
async def two_customers(network: Network, clock: SimulatedClock) -> AsyncIterator[tuple[Saver, Saver]]:
    async with saver("ada", network, clock) as ada, saver("mallory", network, clock) as mallory:
        yield ada, mallory


async def live(start: Start, crash: DyingAt, clock: SimulatedClock) -> BankBackend:
    """Two days and an hour. The process is started again whenever it dies; returns the last one."""
    backend = start(crash)
    end = clock.now() + timedelta(days=2, hours=1)
    while True:
        try:
            due_at = await backend.work_off()
        except Crashed:
            backend.close()
            backend = start(crash)
            continue
        if due_at is None or due_at > end:
            return backend
        await clock.advance_to(due_at)


async def check_that_all_is_well(ada: Saver, mallory: Saver) -> None:
    assert len(await ada.accounts_at_des()) == 1
    assert await mallory.accounts_at_des() == []
    assert [(amount, state) for amount, state, _ in await ada.deposits()] == [(MOVED, "settled"), (TOO_LARGE, "failed")]
    assert [(amount, state) for amount, state, _ in await mallory.deposits()] == [(REFUSED, "failed")]
    assert await mallory.launches_are_paused() == [True]
    assert await ada.balances() == {"current:ada": 1_000_000 - MOVED, "savings:ada": MOVED}
    assert await mallory.balances() == {"current:mallory": 1_000_000}
    books = (await ada.bank.get("/ledger")).json()
    assert books["sum_cents"] == 0
    assert len([posting for posting in books["postings"] if posting["reference"].startswith("deposit:")]) == 1


@pytest.mark.parametrize(
    "points",
    [*([point] for point in CRASH_POINTS), CRASH_POINTS],
    ids=lambda points: points[0] if len(points) == 1 else "all",
)
async def test_one_account_and_each_deposit_once_wherever_the_process_dies(
    points: list[str], start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    crash = DyingAt(set(points))
    first = start(crash)
    async with two_customers(network, clock) as (ada, mallory):
        await ada.saves(MOVED)
        await ada.saves(TOO_LARGE)
        await mallory.saves(REFUSED)
        await ada.orders_account()
        await mallory.orders_account()
        first.close()

        last = await live(start, crash, clock)

        assert crash.points == set()
        assert crash.seen == set(CRASH_POINTS)
        await check_that_all_is_well(ada, mallory)
        last.close()


async def test_the_next_process_does_at_once_what_is_due(
    start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    """A bank that was down for a month opens the account when it is up again, not two days later."""
    first = start(DyingAt(set()))
    async with saver("ada", network, clock) as ada:
        order = await ada.orders_account()
        first.close()
        await clock.advance(timedelta(days=30))
        second = start(DyingAt(set()))

        with anyio.fail_after(10):
            await second.work_off()

        assert await ada.state_of(order) == "REPORTED"
        second.close()


def test_every_step_has_two_crash_points() -> None:
    assert len(CRASH_POINTS) == len(set(CRASH_POINTS)) == 2 * (5 + 3)
    assert "provisioning.OPENED.done-not-written" in CRASH_POINTS
    assert "transfers.MOVED.done-not-written" in CRASH_POINTS

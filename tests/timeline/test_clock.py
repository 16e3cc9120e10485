"""A simulated clock goes on when nothing is left to do at this moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest

from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.traffic import Traffic

START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


@pytest.fixture
def clock(traffic: Traffic) -> SimulatedClock:
    return SimulatedClock(START, traffic=traffic)


async def test_a_wait_in_the_middle_of_a_message_lets_time_pass(clock: SimulatedClock, traffic: Traffic) -> None:
    """A server that tries something again, say, while somebody waits for its answer."""
    answered: list[datetime] = []

    async def ask() -> None:
        with traffic.moving():
            await clock.sleep_until(START + HOUR)
        answered.append(clock.now())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        with anyio.fail_after(10):
            await clock.advance(2 * HOUR)

    assert answered == [START + HOUR]


async def test_a_message_that_waits_for_a_resting_one_lets_time_pass(clock: SimulatedClock, traffic: Traffic) -> None:
    answered: list[datetime] = []
    first_is_done = anyio.Event()

    async def first() -> None:
        with traffic.moving():
            await clock.sleep_until(START + HOUR)
        first_is_done.set()

    async def second() -> None:
        with traffic.moving():
            await first_is_done.wait()
        answered.append(clock.now())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        tasks.start_soon(second)
        with anyio.fail_after(10):
            await clock.advance(2 * HOUR)

    assert answered == [START + HOUR]


async def test_sleep_does_not_move_a_driven_clock(clock: SimulatedClock) -> None:
    clock.drive()
    woken: list[datetime] = []

    async def sleep() -> None:
        await clock.sleep(60)
        woken.append(clock.now())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleep)
        await anyio.wait_all_tasks_blocked()
        assert (clock.now(), woken) == (START, [])
        await clock.advance(HOUR)

    assert woken == [START + timedelta(minutes=1)]


@pytest.mark.parametrize("moment", [START, START - HOUR])
async def test_a_rest_until_a_past_moment_waits_until_everything_is_quiet(
    clock: SimulatedClock, moment: datetime
) -> None:
    order: list[str] = []

    async def work() -> None:
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        order.append("work")

    async def rest() -> None:
        await clock.rest_until(moment)
        order.append("rest")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rest)
        tasks.start_soon(work)
        await clock.run(is_full(order, 2))

    assert order == ["work", "rest"]


async def test_the_clock_forgets_a_sleeper_who_is_woken_early(clock: SimulatedClock) -> None:
    woken = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: clock.wait_for(woken, until=START + HOUR))
        await anyio.wait_all_tasks_blocked()
        assert clock.next_due == START + HOUR
        woken.set()

    assert clock.next_due is None


async def test_a_sleeper_goes_on_when_the_moment_comes(clock: SimulatedClock) -> None:
    went_on: list[datetime] = []

    async def wait() -> None:
        await clock.wait_for(anyio.Event(), until=START + HOUR)
        went_on.append(clock.now())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await clock.advance(2 * HOUR)

    assert went_on == [START + HOUR]


def is_full(order: list[str], count: int) -> Callable[[], bool]:
    return lambda: len(order) == count


async def test_a_run_can_have_an_end(clock: SimulatedClock) -> None:
    await clock.run(lambda: False, until=START + HOUR)

    assert clock.now() == START + HOUR

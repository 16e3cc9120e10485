"""A simulated world is somewhere in the calendar, and stays there."""

from datetime import UTC, datetime, timedelta, timezone

import anyio
import pytest

from bank_app_sim import Simulation
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.moments import LATEST

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
ONCE = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@pytest.mark.parametrize(
    "start",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=timezone(-timedelta(hours=1))),
    ],
)
def test_a_world_begins_where_it_can_go_on(start: datetime) -> None:
    with pytest.raises(ValueError, match="begins from 1970-01-01T00:00:00Z to 3000-01-01T00:00:00Z, not at"):
        Simulation(start=start)


@pytest.mark.parametrize("by", [timedelta.max, timedelta(days=365 * 1_000), LATEST - START + timedelta(microseconds=1)])
@ONCE
async def test_time_passes_at_most_to_the_end_of_the_calendar(by: timedelta) -> None:
    clock = SimulatedClock(START)

    with pytest.raises(ValueError, match="to 3000-01-01T00:00:00Z; it is 2027-01-04T08:00:00"):
        await clock.advance(by)
    await clock.advance(LATEST - START)

    assert clock.now() == LATEST


@pytest.mark.parametrize("seconds", [1e11, 1e30, float("inf")])
@ONCE
async def test_a_sleep_beyond_the_calendar_never_ends(seconds: float) -> None:
    clock = SimulatedClock(START)
    clock.drive()
    has_woken = False

    async def sleep() -> None:
        nonlocal has_woken
        await clock.sleep(seconds)
        has_woken = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleep)
        await clock.advance(timedelta(days=365))
        tasks.cancel_scope.cancel()

    assert not has_woken

"""When due work is looked at, besides the moments it names itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest

from bank_app_sim.clock import SimulatedClock
from bank_app_sim.database import DatabaseError
from bank_app_sim.due import DueWork

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@asynccontextmanager
async def running(
    clock: SimulatedClock, run_due: Callable[[], Awaitable[datetime | None]], look_every: timedelta | None
) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DueWork(clock, run_due, look_every=look_every).run)
        yield
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(("look_every", "looks"), [(None, 1), (SECOND, 11)])
async def test_rows_of_other_processes_are_looked_for_where_there_are_any(
    clock: SimulatedClock, look_every: timedelta | None, looks: int
) -> None:
    looked: list[datetime] = []

    async def nothing_is_due() -> None:
        looked.append(clock.now())

    async with running(clock, nothing_is_due, look_every):
        await clock.advance(10 * SECOND)

    assert looked == [START + n * SECOND for n in range(looks)]


async def test_the_next_look_is_when_something_is_due(clock: SimulatedClock) -> None:
    looked: list[datetime] = []
    due = [START + 0.25 * SECOND, None]

    async def something_is_due_soon() -> datetime | None:
        looked.append(clock.now())
        return due.pop(0) if due else None

    async with running(clock, something_is_due_soon, SECOND):
        await clock.advance(2 * SECOND)

    assert looked == [START, START + 0.25 * SECOND, START + 1.25 * SECOND]


async def test_a_database_that_is_away_for_a_while_is_tried_again(
    clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[BaseException | None] = [DatabaseError("the server is being started"), None]

    async def away_at_first() -> None:
        if answers and (answer := answers.pop(0)):
            raise answer

    async with running(clock, away_at_first, SECOND):
        await clock.advance(2 * SECOND)

    assert answers == []
    assert "work that is due has to wait: the server is being started" in caplog.text


async def test_other_errors_end_it(clock: SimulatedClock) -> None:
    async def broken() -> None:
        raise LookupError("a mistake of ours")

    with pytest.raises(LookupError, match="a mistake of ours"):
        await DueWork(clock, broken, look_every=SECOND).run()


@pytest.mark.parametrize("next_look", [None, START + 60 * SECOND])
async def test_a_wake_cuts_the_wait_short(clock: SimulatedClock, next_look: datetime | None) -> None:
    looked: list[datetime] = []

    async def look() -> datetime | None:
        looked.append(clock.now())
        return next_look

    work = DueWork(clock, look)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.run)
        await clock.advance(SECOND)

        work.wake()
        await clock.advance(SECOND)

        tasks.cancel_scope.cancel()
    assert looked == [START, START + SECOND]


async def test_a_wake_in_the_middle_of_a_look_is_not_forgotten(clock: SimulatedClock) -> None:
    """The row may have been written behind the look's back."""
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            work.wake()
        await anyio.lowlevel.checkpoint()

    work = DueWork(clock, look)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.run)
        await clock.advance(SECOND)
        tasks.cancel_scope.cancel()
    assert looks == 2

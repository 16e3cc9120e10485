"""When due work is looked at, besides the moments it names itself."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest

from bank_app_sim.server.database import DatabaseError
from bank_app_sim.server.due import DueWork
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.machine_clock import MachineClock

from ..quick_clock import QuickClock

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
        tasks.start_soon(DueWork("the work", clock, run_due, look_every=look_every).run)
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


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("the server is being started"),
        LookupError("a mistake of ours"),
        UnicodeError("a name that nobody can ask for"),
        ExceptionGroup("of a task group", [OSError("no space left on device")]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_goes_wrong_is_said_once_and_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    clock = QuickClock()
    looked: list[datetime] = []
    is_done = anyio.Event()

    async def wrong_three_times() -> None:
        looked.append(clock.now())
        if len(looked) <= 3:
            raise error
        is_done.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DueWork("the work", MachineClock(clock), wrong_three_times).run)
        with anyio.fail_after(10):
            await is_done.wait()
            await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()

    waits = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(looked)]
    assert [wait >= least for wait, least in zip(waits, [1, 2, 4], strict=True)] == [True] * 3
    if isinstance(error, DatabaseError):  # which has said it itself, for all that work with it
        assert caplog.records == []
        return
    first, last = caplog.records
    assert first.message.startswith("the work failed, and is tried again at 2027-01-04T08:")
    assert str(error.exceptions[0] if isinstance(error, ExceptionGroup) else error) in first.message
    assert first.exc_info is not None
    assert last.message == "the work goes on again after 3 failed attempts"


async def test_in_simulated_time_the_world_ends_with_it(clock: SimulatedClock) -> None:
    """Nothing comes from outside there: it is a mistake of ours, and whoever plays the world is to see it."""

    async def broken() -> None:
        raise LookupError("a mistake of ours")

    with pytest.raises(LookupError, match="a mistake of ours"):
        await DueWork("the work", clock, broken, look_every=SECOND).run()


@pytest.mark.parametrize("next_look", [None, START + 60 * SECOND])
async def test_a_wake_cuts_the_wait_short(clock: SimulatedClock, next_look: datetime | None) -> None:
    looked: list[datetime] = []

    async def look() -> datetime | None:
        looked.append(clock.now())
        return next_look

    work = DueWork("the work", clock, look)
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

    work = DueWork("the work", clock, look)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work.run)
        await clock.advance(SECOND)
        tasks.cancel_scope.cancel()
    assert looks == 2


@pytest.mark.parametrize("is_during_the_look", [True, False], ids=["during the look", "while it waits"])
async def test_where_the_clock_was_set_back_it_looks_again(is_during_the_look: bool) -> None:
    """The moment to which it would wait was reckoned by a clock that was a day ahead."""
    clock = QuickClock()
    looked_again = anyio.Event()
    looks = 0

    async def look() -> datetime:
        nonlocal looks
        looks += 1
        if looks > 1:
            looked_again.set()
        next_look = clock.now() + 60 * SECOND
        if is_during_the_look and looks == 1:
            clock.set_by -= timedelta(days=1)
        return next_look

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DueWork("the work", MachineClock(clock), look).run)
        await anyio.wait_all_tasks_blocked()
        if not is_during_the_look:
            clock.set_by -= timedelta(days=1)
        with anyio.fail_after(10):
            await looked_again.wait()
        tasks.cancel_scope.cancel()

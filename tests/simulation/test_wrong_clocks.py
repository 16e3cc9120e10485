"""The machine's clock is set while the servers run: nothing stands still until somebody starts them again."""

from datetime import timedelta
from pathlib import Path

import pytest

from .standing import Standing, eventually, standing

on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def looks(stands: Standing, what: str) -> None:
    """The bank asks once more, though nobody has told it to."""
    before = stands.network.requests.count(what)

    async def has_asked() -> bool:
        return stands.network.requests.count(what) > before

    await eventually(has_asked)


@pytest.mark.thorough
@on_one_loop
@pytest.mark.parametrize(
    "set_by",
    [timedelta(days=-1), timedelta(hours=2), timedelta(days=400), timedelta(minutes=-10)],
    ids=["a day back", "two hours ahead", "400 days ahead", "ten minutes back"],
)
async def test_what_is_due_is_done_whichever_way_the_clock_is_set(tmp_path: Path, set_by: timedelta) -> None:
    async with standing(tmp_path) as stands:
        await stands.saves()

        stands.clock.set_by += set_by

        await looks(stands, "GET des /v1/events")
        await looks(stands, "GET des /v1/transactions")
        await stands.saves()


@on_one_loop
async def test_a_clock_that_was_ahead_for_a_moment_leaves_nothing_behind_that_waits_for_it(tmp_path: Path) -> None:
    async with standing(tmp_path) as stands:
        await stands.saves()
        stands.clock.set_by += timedelta(days=400)
        await stands.saves()

        stands.clock.set_by -= timedelta(days=400)

        await looks(stands, "GET des /v1/events")
        await looks(stands, "GET des /v1/transactions")
        await stands.saves()

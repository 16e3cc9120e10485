"""Processes of a world die and are started again, with what they have written down."""

from datetime import timedelta

import pytest

from bank_app_sim import Simulation
from bank_app_sim.backend import CRASH_POINTS
from impact_sdk import HandoverError, NotSent, OutcomeUnknown, Weekly

DAY = timedelta(days=1)


async def saver(simulation: Simulation) -> None:
    session = await simulation.bank_app("ada").launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))


async def saved(simulation: Simulation) -> list[int]:
    return [account.balance_cents async for account in simulation.api.accounts.list()]


@pytest.mark.parametrize("who", ["des", "backend"])
async def test_a_server_that_dies_has_what_it_has_written_down(who: str) -> None:
    async with Simulation() as simulation:
        await saver(simulation)
        before = await simulation.state()

        await (simulation.kill_des() if who == "des" else simulation.kill_backend())

        assert await simulation.state() == before
        await simulation.advance(3 * DAY)
        assert await saved(simulation) == [5_000]


async def test_a_server_dies_before_it_has_done_anything() -> None:
    async with Simulation() as simulation:
        await simulation.kill_des()
        await simulation.kill_backend(stays_down=timedelta(hours=1))
        await simulation.advance(timedelta(hours=2))

        await saver(simulation)


async def test_a_world_can_be_looked_at_while_a_server_is_down() -> None:
    async with Simulation() as simulation:
        await saver(simulation)
        before = await simulation.state()

        await simulation.kill_des(stays_down=timedelta(hours=3))
        await simulation.kill_backend(stays_down=timedelta(hours=1))

        assert await simulation.state() == before
        await simulation.advance(timedelta(hours=2))
        assert await simulation.state() == before
        await simulation.advance(timedelta(hours=2))
        assert await simulation.state() == before


async def test_nobody_is_answered_while_a_server_is_down() -> None:
    async with Simulation() as simulation:
        await simulation.kill_des(stays_down=timedelta(hours=1))

        with pytest.raises((NotSent, OutcomeUnknown)):
            await simulation.api.users.create(external_id="ada", attempts=1)

        await simulation.advance(timedelta(hours=2))
        assert (await simulation.api.users.create(external_id="ada")).external_id == "ada"


@pytest.mark.thorough
@pytest.mark.parametrize("point", [point for point in CRASH_POINTS if "REFUSED" not in point])
async def test_the_backend_dies_at_a_point_of_its_work_and_finishes_it(point: str) -> None:
    async with Simulation() as simulation:
        await simulation.crash_backend_at(point)
        await saver(simulation)

        await simulation.advance(4 * DAY)

        assert simulation.network.deaths["bank_backend"] == 1
        assert await saved(simulation) == [5_000]
        assert (await simulation.ledger())["sum_cents"] == 0


async def test_the_app_dies_with_its_callback_and_another_one_finishes() -> None:
    async with Simulation() as simulation:
        answers = iter([False])
        session = await simulation.bank_app("ada", answers=lambda _question: next(answers)).launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        with pytest.raises(HandoverError):
            await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))

        await simulation.kill_app("ada")
        session = await simulation.bank_app("ada").launch()
        await session.resume_paused_launches()

        await simulation.advance(3 * DAY)
        assert await saved(simulation) == [5_000]

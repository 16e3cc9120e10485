"""Journeys in Python: the steps of scripts, with nobody who plays them."""

import functools
from datetime import timedelta

import anyio
import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.expectations.expected import ExpectationFailed
from bank_app_sim.journeys.given import given
from bank_app_sim.journeys.journey import Journey
from bank_app_sim.journeys.steps.people import Attitude, StepFailed
from bank_app_sim.journeys.text.mistakes import Mistake
from bank_app_sim.journeys.vocabulary.words import CannotBe
from bank_app_sim.timeline.turns import BRANCH
from impact_sdk import AccountProvisioningDeclined, AccountProvisioningTimedOut, Conflict

DAY = timedelta(days=1)


async def saver(simulation: Simulation) -> Journey:
    journey = Journey(simulation)
    await journey.launch()
    await journey.create_dream("Bike", target_cents=250_000)
    return journey


async def test_a_plain_simulation_is_enough() -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)
        await journey.launch_savehack("weekly", amount_cents=5_000)
        await journey.expect(callbacks=1, accounts=0, deposits={"requested": 1})
        await journey.wait(3 * DAY)
        await journey.expect(accounts=1, balance="50.00", books_agree="yes", elapsed_time="3 days")


async def test_a_step_lets_time_pass_as_far_as_it_has_to_be_waited_for() -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)
        await journey.user_thinks_for(timedelta(minutes=20))
        await journey.launch_savehack("weekly")
        await journey.expect(elapsed_time="20 min", savehacks={"active": 1})


async def test_the_errors_of_the_sdk_are_raised_as_they_are() -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)
        await journey.user_answers((Attitude.DECLINES, Attitude.SAYS_NOTHING))
        with pytest.raises(AccountProvisioningDeclined):
            await journey.launch_savehack("weekly")
        with pytest.raises(AccountProvisioningTimedOut):
            await journey.resume_paused_launches()
        await journey.expect(elapsed_time="30 min", callbacks=2)


async def test_what_is_not_as_expected_is_told_with_what_was_there() -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)
        with pytest.raises(ExpectationFailed, match="expected accounts: 1; there was accounts: 0"):
            await journey.expect(accounts=1)


async def test_a_misspelt_expectation_names_the_nearest_word() -> None:
    async with Simulation(seed=7) as simulation:
        with pytest.raises(Mistake, match="did you mean 'accounts'"):
            await Journey(simulation).expect(acounts=1)


async def test_meanwhile_needs_nobody_who_gives_turns() -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation, given(users=("ada", "bo")))

        async def saves(customer: str) -> None:
            await journey.launch(customer)
            await journey.create_dream("Bike", by=customer)
            await journey.launch_savehack("one time", amount_cents=5_000, by=customer)

        await journey.meanwhile(lambda: saves("ada"), lambda: saves("bo"), lambda: journey.wait(DAY))
        await journey.expect(callbacks=2, deposits={"requested": 2}, elapsed_time="1 day")
        await journey.eventually(within=3 * DAY, accounts=2, balance="100.00")


async def test_branches_are_in_an_order_that_the_seed_decides() -> None:
    async def order(seed: int) -> list[str]:
        async with Simulation(seed=seed) as simulation:
            journey = await saver(simulation)
            done: list[str] = []

            async def creates(name: str) -> None:
                await journey.create_dream(name)
                done.append(BRANCH.get())

            await journey.meanwhile(*(functools.partial(creates, name) for name in "abcd"), names=tuple("abcd"))
            return done

    orders = [await order(seed) for seed in range(6)]

    assert [await order(seed) for seed in range(6)] == orders
    assert len({tuple(each) for each in orders}) > 1


async def test_the_first_branch_that_fails_ends_the_others() -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)
        await journey.bank_posts_account("savings")

        async def posts_again() -> None:
            await journey.wait(timedelta(hours=1))
            await journey.bank_posts_account("savings")

        with pytest.raises(Conflict):
            await journey.meanwhile(posts_again, lambda: journey.wait(30 * DAY))
        await journey.expect(elapsed_time="1 hour")


async def test_a_step_that_never_ends_is_given_up() -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation)
        with pytest.raises(StepFailed, match="does not end by itself"):
            await journey.let_time_pass(anyio.sleep_forever)


async def test_a_journey_begins_in_a_world_made_with_what_is_given() -> None:
    async with Journey.begin(given(users=("bo",), refuses=("bo",)), seed=3) as journey:
        await journey.launch()
        await journey.create_dream("Bike")
        await journey.launch_savehack("weekly")
        await journey.wait(3 * DAY)
        await journey.expect(of="bo", accounts=0, deposits={"failed": 1}, savehacks={"paused": 1})


@pytest.mark.parametrize("savehack", ["weekyl", "weekly 50.00"])
async def test_a_savehack_that_there_is_not_is_said_with_the_nearest(savehack: str) -> None:
    async with Simulation(seed=7) as simulation:
        journey = await saver(simulation)

        with pytest.raises(CannotBe) as caught:
            await journey.launch_savehack(savehack)

    assert f"the savehack {savehack!r} is not known here; did you mean weekly?" in str(caught.value)

"""Worlds that begin as another one was: equal where the seed is, and strangers to one another."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bank_app_sim import Simulation
from bank_app_sim.server.database import DatabaseError
from bank_app_sim.simulation import Snapshot
from impact_sdk import Weekly

DAY = timedelta(days=1)


async def prepared(*, webhooks: bool = False) -> Snapshot:
    """A world in which Ada saves already."""
    async with Simulation(seed=1, webhooks=webhooks) as simulation:
        session = await simulation.bank_app("ada").launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
        await simulation.advance(3 * DAY)
        return simulation.snapshot()


async def goes_on(simulation: Simulation, customer: str = "bo") -> None:
    session = await simulation.bank_app(customer).launch()
    await session.create_dream("Boat", target_cents=90_000)
    await simulation.advance(8 * DAY)


def trace(simulation: Simulation) -> str:
    return json.dumps(simulation.trace.as_json())


@pytest.mark.thorough
@pytest.mark.parametrize("webhooks", [False, True])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # on trio, tasks are in order where a runner of journeys runs
async def test_two_forks_with_the_same_seed_are_the_same_byte_for_byte(webhooks: bool) -> None:
    snapshot = await prepared(webhooks=webhooks)

    traces = []
    for seed in (7, 7, 8):
        async with snapshot.fork(seed=seed) as fork:
            await goes_on(fork)
            traces.append(trace(fork))

    assert traces[0] == traces[1]
    assert traces[0] != traces[2]


@pytest.mark.thorough
async def test_a_fork_has_what_was_there_and_goes_on_from_that_moment() -> None:
    snapshot = await prepared()

    async with snapshot.fork() as fork:
        assert fork.clock.now() == snapshot.now
        assert [dream.name async for dream in fork.api.dreams.list()] == ["Bike"]
        [account] = [each async for each in fork.api.accounts.list()]
        assert account.balance_cents == 5_000
        await fork.advance(8 * DAY)  # the savehack goes on
        [account] = [each async for each in fork.api.accounts.list()]
        assert account.balance_cents > 5_000
        session = await fork.bank_app("ada").launch()  # phones are no part of it: she signs in anew
        assert [dream.name async for dream in session.dreams()] == ["Bike"]


@pytest.mark.thorough
async def test_forks_know_nothing_of_each_other_and_leave_the_snapshot_as_it_was() -> None:
    snapshot = await prepared()
    des, backend = snapshot.des, snapshot.backend

    async with snapshot.fork(seed=1) as one, snapshot.fork(seed=2) as other:
        await goes_on(one, "bo")
        assert [user.external_id async for user in other.api.users.list()] == ["ada"]
        assert (await other.ledger())["sum_cents"] == 0
        await goes_on(other, "cy")
        assert "cy" not in [user.external_id async for user in one.api.users.list()]

    assert (snapshot.des, snapshot.backend) == (des, backend)
    async with snapshot.fork() as third:
        assert [user.external_id async for user in third.api.users.list()] == ["ada"]


@pytest.mark.thorough
async def test_a_fork_can_be_forked() -> None:
    snapshot = await prepared()

    async with snapshot.fork() as fork:
        await goes_on(fork)
        again = fork.snapshot()

    async with again.fork() as deeper:
        assert {dream.name async for dream in deeper.api.dreams.list()} == {"Bike", "Boat"}


async def test_a_snapshot_shows_no_secret() -> None:
    snapshot = await prepared(webhooks=True)

    assert snapshot.secrets.client not in repr(snapshot)
    assert snapshot.secrets.webhook is not None
    assert snapshot.secrets.webhook not in repr(snapshot)


async def test_a_world_in_files_has_no_snapshot(tmp_path: Path) -> None:
    async with Simulation(database=f"sqlite:///{tmp_path}") as simulation:
        with pytest.raises(DatabaseError):
            simulation.snapshot()

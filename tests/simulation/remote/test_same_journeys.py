"""A journey is the same in this process and at a sandbox, over TCP and on real databases: to the last id."""

from typing import Any

import anyio
import anyio.to_thread
import pytest

from bank_app_sim import Simulation
from bank_app_sim.simulation.remote import RemoteWorld
from bank_app_sim.timeline.trace import Message

from .journeys import AnyWorld, Journey, play, trouble_and_a_good_end, two_at_once

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there


async def played(world: AnyWorld, journey: Journey) -> tuple[list[Message], Any]:
    async with world:
        await play(world, journey)
        return await world.messages(), await world.state()


async def played_here(journey: Journey, **settings: Any) -> tuple[list[Message], Any]:
    """In this process; on asyncio, as a sandbox does, whatever the player's own event loop is."""
    return await anyio.to_thread.run_sync(lambda: anyio.run(lambda: played(Simulation(**settings), journey)))


@pytest.mark.parametrize("settings", [{}, {"transfer_consents": True}], ids=str)
async def test_a_journey_with_all_kinds_of_trouble_is_the_same_at_a_sandbox(
    sandbox_url: str, another_url: str | None, settings: dict[str, Any]
) -> None:
    here = await played_here(trouble_and_a_good_end, seed=7, database=another_url, **settings)
    there = await played(RemoteWorld(sandbox_url, seed=7, **settings), trouble_and_a_good_end)

    assert there[0] == here[0]
    assert there[1] == here[1]
    assert any("POST /accounts" in message.label for message in here[0])


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (2, 3))])
async def test_who_goes_first_is_decided_by_the_seed_there_as_here(
    sandbox_url: str, another_url: str | None, seed: int
) -> None:
    here = await played_here(two_at_once, seed=seed, database=another_url, webhooks=True)
    there = await played(RemoteWorld(sandbox_url, seed=seed, webhooks=True), two_at_once)

    assert there[0] == here[0]
    assert there[1] == here[1]


async def test_another_seed_is_another_order(files_url: str) -> None:
    orders = [(await played(RemoteWorld(files_url, seed=seed), two_at_once))[0] for seed in (1, 2)]

    assert orders[0] != orders[1]

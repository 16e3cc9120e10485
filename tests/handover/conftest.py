from collections.abc import AsyncIterator

import pytest

from bank_app_sim import Simulation


@pytest.fixture
async def simulation(world_url: str | None) -> AsyncIterator[Simulation]:
    """A world in simulated time, on the event loop of the test."""
    async with Simulation(seed=1, database=world_url) as simulation:
        yield simulation

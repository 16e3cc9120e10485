from collections.abc import AsyncIterator

import pytest

from bank_app_sim import Simulation


@pytest.fixture
async def simulation() -> AsyncIterator[Simulation]:
    """A world in simulated time, on the event loop of the test."""
    async with Simulation(seed=1) as simulation:
        yield simulation

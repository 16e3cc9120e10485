"""A bank that wants its users to sign."""

from collections.abc import AsyncIterator

import pytest

from bank_app_sim import Simulation

from .backend import Backend


@pytest.fixture
async def simulation(world_url: str | None) -> AsyncIterator[Simulation]:
    """A bank that wants its users to sign."""
    async with Simulation(seed=1, database=world_url, transfer_consents=True) as simulation:
        yield simulation


@pytest.fixture
def backend(simulation: Simulation) -> Backend:
    return Backend(simulation)

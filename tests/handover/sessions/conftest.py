"""A world whose sessions last five minutes, and a host that renews them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    ImpactSDK,
)

from ...contract.callbacks import register
from .bank import MINUTE, Bank


@pytest.fixture
def setup() -> dict[str, Any]:
    return {"token_lifetime": 5 * MINUTE}


@pytest.fixture
async def simulation(world_url: str | None, setup: dict[str, Any]) -> AsyncIterator[Simulation]:
    async with Simulation(seed=1, database=world_url, **setup) as simulation:
        yield simulation


@pytest.fixture
def bank(simulation: Simulation) -> Bank:
    return Bank(simulation)


@pytest.fixture
def sdk(simulation: Simulation, bank: Bank) -> ImpactSDK:
    sdk = simulation.sdk()
    register(sdk, id_token_expired=bank.id_token_expired, exit_requested=bank.exit_requested)
    return sdk

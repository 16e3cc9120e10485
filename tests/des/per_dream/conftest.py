"""A bank in which each Dream has an account of its own."""

from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des import AccountSetup, Tenant

from ..bank import TENANT
from ..journey import create_dream


@pytest.fixture
def tenant() -> Tenant:
    return attrs.evolve(TENANT, account_setup=AccountSetup.PER_DREAM)


@pytest.fixture
async def dream(ada: httpx.AsyncClient) -> dict[str, Any]:
    return await create_dream(ada)

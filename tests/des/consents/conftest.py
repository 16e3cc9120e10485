"""A bank whose users sign for savehack launches."""

from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des.tenant import Tenant

from ..bank import TENANT
from ..journey import create_dream, launch_daily

WITH_CONSENTS = attrs.evolve(TENANT, transfer_consents=True)


@pytest.fixture
def tenant() -> Tenant:
    return WITH_CONSENTS


@pytest.fixture
async def dream(ada: httpx.AsyncClient) -> dict[str, Any]:
    return await create_dream(ada)


@pytest.fixture
async def draft(ada: httpx.AsyncClient, dream: dict[str, Any]) -> dict[str, Any]:
    return await launch_daily(ada, dream)

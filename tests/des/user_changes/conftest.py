"""A user with an account and three deposits."""

from typing import Any

import httpx
import pytest

from ..journey import account_with, create_dream, id_of, launch_daily, transactions


@pytest.fixture
async def account(ada: httpx.AsyncClient, backend: httpx.AsyncClient) -> dict[str, Any]:
    return await account_with(backend, id_of(ada), externalId="savings")


@pytest.fixture
async def deposits(account: dict[str, Any], ada: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Three pending ones, of 1, 2 and 4 cents."""
    dream = await create_dream(ada)
    for cents in (1, 2, 4):
        await launch_daily(ada, dream, amount_cents=cents)
    return await transactions(ada)

"""ImpactAPI in front of answers written by hand, through respx."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx

from impact_sdk import ClientCredentials, ImpactAPI

from .fixed_clock import FixedClock

BASE = "https://des.example/sandbox"
TOKEN = {"access_token": "t-1", "token_type": "Bearer", "expires_in": 3600}


@pytest.fixture
def des() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        router.post("/oauth/token").respond(200, json=TOKEN)
        yield router


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def api(des: respx.MockRouter, clock: FixedClock) -> AsyncIterator[ImpactAPI]:
    async with ImpactAPI(f"{BASE}/", auth=ClientCredentials("demo-bank", "s3cret&="), clock=clock) as api:
        yield api

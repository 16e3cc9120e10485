"""An SDK in front of answers written by hand, with a clock that the test moves."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx

from impact_sdk import (
    ImpactSDK,
)

from .host import BASE, HandClock


@pytest.fixture
def des() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def sdk(clock: HandClock) -> AsyncIterator[ImpactSDK]:
    async with ImpactSDK(BASE, client_id="demo-bank", clock=clock) as sdk:
        yield sdk

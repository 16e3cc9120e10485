import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .journeys import Played, recording
from .shop import Runner


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def soon() -> Iterator[None]:
    """The test is over soon, by the time of this process."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 10


@pytest.fixture
async def saving(anyio_backend: str) -> Played:
    return await recording("account while saving")

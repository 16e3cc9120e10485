import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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

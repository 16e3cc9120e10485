import pytest

from impact_sdk import MemoryReplayStore, WebhookVerifier

from ..fixed_clock import FixedClock
from .batches import SECRET


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def verifier(clock: FixedClock) -> WebhookVerifier:
    return WebhookVerifier(SECRET, replays=MemoryReplayStore(clock=clock), clock=clock)

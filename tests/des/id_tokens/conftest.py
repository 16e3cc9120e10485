"""A verifier of the tokens of one bank."""

import pytest

from bank_app_sim.des.access.id_tokens import TokenVerifier
from bank_app_sim.timeline.clock import SimulatedClock

from ..bank import TENANT, Bank


@pytest.fixture
def verifier(clock: SimulatedClock, bank: Bank) -> TokenVerifier:
    return TokenVerifier(TENANT, clock, bank.transport())

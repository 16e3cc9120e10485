import pytest
import respx

from impact_sdk import (
    ClientCredentials,
    ImpactAPI,
)

from ..conftest import BASE
from ..fixed_clock import FixedClock
from .seen import Seen


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def traced(seen: Seen, des: respx.MockRouter) -> ImpactAPI:
    credentials = ClientCredentials("demo-bank", "cl1ent-s3cret")
    return ImpactAPI(BASE, auth=credentials, hooks=[seen.hook], clock=FixedClock())

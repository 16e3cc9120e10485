import pytest

from bank_app_sim.journeys.results import JourneyResult

from .samples import played


@pytest.fixture(scope="session")
def failing() -> JourneyResult:
    """A journey in a real world, whose last expectation does not hold."""
    return played()

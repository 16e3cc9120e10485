"""The pytest plugin: worlds as fixtures, and a test for each `*.journey.yaml` and each of its rows.

`impact_sdk.simulator.pytest_plugin` loads it if pytest is 7 or newer.

    @pytest.mark.anyio
    @pytest.mark.simulation(seed=7, decision_after=timedelta(days=3))
    async def test_saves(journey):
        await journey.launch()
        ...

`simulation` is a `Simulation`, `bank_app` is ada's phone in it, and `journey` has the steps of scripts. The marker
takes the arguments of `Simulation`. Nothing is patched, and no socket is opened.
"""

from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .needed import EVENT_LOOPS, missing_event_loop

if TYPE_CHECKING:
    from .journeys.journey import Journey
    from .journeys.pytest_items import JourneyFile
    from .simulation import BankApp, Simulation

SUFFIXES = (".journey.yaml", ".journey.yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("journeys")
    group.addoption("--journey-seed", type=int, default=0, metavar="N", help="Seed of the journeys in *.journey.yaml.")
    group.addoption(
        "--journey-event-loop", choices=EVENT_LOOPS, default="asyncio", help="Event loop of these journeys."
    )
    group.addoption(
        "--journey-begins-below", type=Path, metavar="DIR", help="Journeys may also begin with files below this folder."
    )
    group.addoption("--journey-against", metavar="URL", help="Play these journeys on the sandbox served there.")


def pytest_configure(config: pytest.Config) -> None:
    if missing := missing_event_loop(config.option.journey_event_loop):
        raise pytest.UsageError(f"--journey-event-loop: {missing}")
    config.addinivalue_line("markers", "simulation(**arguments): the arguments of this test's `simulation`")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "JourneyFile | None":
    if not file_path.name.endswith(SUFFIXES):
        return None
    # Here because every run of pytest loads this plugin, and few play journeys.
    from .journeys.pytest_items import JourneyFile

    return JourneyFile.from_parent(parent, path=file_path)


@pytest.fixture
async def simulation(anyio_backend: Any, request: pytest.FixtureRequest) -> "AsyncIterator[Simulation]":
    """A world in simulated time, with the arguments of the marker `simulation`."""
    from .simulation import Simulation

    marker = request.node.get_closest_marker("simulation")
    async with Simulation(**(marker.kwargs if marker else {})) as world:
        yield world


@pytest.fixture
async def bank_app(simulation: "Simulation") -> "BankApp":
    """The phone of the customer ada, with the bank's app."""
    return simulation.bank_app("ada")


_HAS_PASSED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)  # pytest 7 has no other kind
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Note whether a test passed, before its fixtures end."""
    made = yield
    if call.when == "call":
        item.stash[_HAS_PASSED] = made.get_result().passed


@pytest.fixture
async def journey(simulation: "Simulation", request: pytest.FixtureRequest) -> "AsyncIterator[Journey]":
    """The steps of scripts in this simulation. A step that names no user is ada's.

    A test that passed fails at its end if a planned fault never happened (`Journey.end()`).
    """
    from .journeys.journey import Journey

    journey = Journey(simulation)
    yield journey
    if request.node.stash.get(_HAS_PASSED, False):
        await journey.end()

"""pytest plugin: worlds as fixtures, and every `*.journey.yaml` as a test, or several if it has rows.

`impact_sdk.simulator.pytest_plugin` brings it in, where pytest is no older than 7.

    @pytest.mark.anyio
    @pytest.mark.simulation(seed=7, decision_after=timedelta(days=3))
    async def test_saves(journey):
        await journey.launch()
        ...

`simulation` is a `Simulation`, `bank_app` is ada's phone in it, `journey` has the steps of scripts; the marker's
arguments are those of `Simulation`. Nothing is patched, and no socket is opened.
"""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .needed import EVENT_LOOPS, missing_event_loop

if TYPE_CHECKING:
    from .journeys.journey import Journey
    from .journeys.results import JourneyResult
    from .journeys.scripts.script import Script
    from .simulation import BankApp, Simulation

SUFFIXES = (".journey.yaml", ".journey.yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("journeys")
    group.addoption("--journey-seed", type=int, default=0, metavar="N", help="Seed of the journeys in *.journey.yaml.")
    group.addoption(
        "--journey-event-loop", choices=EVENT_LOOPS, default="asyncio", help="Event loop of these journeys."
    )
    group.addoption(
        "--journey-begins-below", type=Path, metavar="DIR", help="Journeys may begin with files below this folder, too."
    )
    group.addoption("--journey-against", metavar="URL", help="Play these journeys on a sandbox that is served there.")


def pytest_configure(config: pytest.Config) -> None:
    if missing := missing_event_loop(config.option.journey_event_loop):
        raise pytest.UsageError(f"--journey-event-loop: {missing}")
    config.addinivalue_line("markers", "simulation(**arguments): how the `simulation` of this test is made")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "JourneyFile | None":
    if not file_path.name.endswith(SUFFIXES):
        return None
    return JourneyFile.from_parent(parent, path=file_path)


class JourneyFile(pytest.File):
    """A script; its journeys are one, or one for each row."""

    def collect(self) -> Iterator["JourneyItem"]:
        from .journeys.scripts.identity import slugs
        from .journeys.scripts.reader import read_file
        from .journeys.text.mistakes import ScriptMistakes

        try:
            scripts = read_file(self.path, begins_below=self.config.option.journey_begins_below)
        except ScriptMistakes as error:
            raise self.CollectError(str(error)) from None
        # Without brackets, colons and line breaks: pytest knows a test by its id, and takes that apart at these.
        names = slugs([(script.name, script.row) for script in scripts])
        for name, script in zip(names, scripts, strict=True):
            yield JourneyItem.from_parent(self, name=name, script=script)


class JourneyFailed(Exception):
    """A journey has failed; `result` says how."""

    def __init__(self, result: "JourneyResult") -> None:
        super().__init__(result.name)
        self.result = result


class JourneyItem(pytest.Item):
    """One journey."""

    def __init__(self, *, script: "Script", **more: Any) -> None:
        super().__init__(**more)
        self.script = script

    def runtest(self) -> None:
        from .invocation import program
        from .journeys.playing import runner
        from .journeys.results import Outcome

        option = self.config.option
        plan = runner.Plan(against=option.journey_against, event_loop=option.journey_event_loop, program=program())
        (result,) = runner.play_jobs([runner.Job(self.script, option.journey_seed)], plan)
        if result.outcome is not Outcome.PASSED:
            raise JourneyFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, JourneyFailed):
            from .journeys.evidence.text import headline, why

            result = excinfo.value.result
            return f"{headline(result)}\n\n{why(result)}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.script.full_name}: {self.script.title}"


@pytest.fixture
async def simulation(anyio_backend: Any, request: pytest.FixtureRequest) -> "AsyncIterator[Simulation]":
    """A world in simulated time, made as the marker `simulation` says."""
    from .simulation import Simulation

    marker = request.node.get_closest_marker("simulation")
    async with Simulation(**(marker.kwargs if marker else {})) as world:
        yield world


@pytest.fixture
async def bank_app(simulation: "Simulation") -> "BankApp":
    """The phone of the customer ada, with the bank's app on it."""
    return simulation.bank_app("ada")


_HAS_PASSED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)  # pytest 7 knows no other
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Note how a test ends, before its fixtures do."""
    made = yield
    if call.when == "call":
        item.stash[_HAS_PASSED] = made.get_result().passed


@pytest.fixture
async def journey(simulation: "Simulation", request: pytest.FixtureRequest) -> "AsyncIterator[Journey]":
    """The steps of scripts, in this simulation; ada is meant where nobody is named.

    A test that has passed fails all the same where something was to go wrong and has not (`Journey.end()`).
    """
    from .journeys.journey import Journey

    journey = Journey(simulation)
    yield journey
    if request.node.stash.get(_HAS_PASSED, False):
        await journey.end()

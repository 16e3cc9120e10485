import functools
import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bank_app_sim.server.database import of_actor

from . import postgresql

pytest_plugins = ["tests.contract.plugin"]

HERE = Path(__file__).parent

# pytest-xdist sets 80 for its workers. Output into files and tests must not be wrapped.
os.environ.pop("COLUMNS", None)

# Tests start some hundred Pythons. Without bytecode files each compiles all that it imports, which takes longer than
# most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The SDK and its handover, time, the network between participants, and a run of the library. Servers handle a request
# alike on any event loop.
ON_TRIO_TOO = (
    "handover",
    "impact_sdk",
    "journeys/test_library.py",
    "server/test_due.py",
    "simulation/test_network.py",
    "simulation/test_simulation.py",
    "timeline/test_clock.py",
    "timeline/test_turns.py",
)

# The time for an example depends more on the machine than on our code.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # so that a failure there comes from a change
)
settings.register_profile("everyday", settings.get_profile("any machine"), max_examples=15)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples of a property in the everyday suite."""
    if is_everyday(config):
        settings.load_profile("everyday")


def is_everyday(config: pytest.Config) -> bool:
    return "not thorough" in str(config.option.markexpr)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of the asynchronous tests. Some run on trio as well."""
    return "asyncio"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Also run on trio what hosts may run on trio, and what depends on the event loop."""
    if "anyio_backend" not in metafunc.fixturenames or not is_in(metafunc.definition.path, ON_TRIO_TOO):
        return
    if is_everyday(metafunc.config):
        return
    marks = metafunc.definition.iter_markers("parametrize")
    if not any("anyio_backend" in mark.args[0] for mark in marks):  # those choose themselves
        metafunc.parametrize("anyio_backend", ["asyncio", "trio"])


@functools.cache
def is_in(path: Path, places: Sequence[str]) -> bool:
    return any(path == HERE / place or HERE / place in path.parents for place in places)


@pytest.fixture(scope="session")
def worlds() -> Iterator[postgresql.Worlds]:
    """Databases on a PostgreSQL server."""
    url = postgresql.server()
    if url is None:
        pytest.skip(f"no PostgreSQL lets us in at 127.0.0.1:5432 without a password; set {postgresql.ADDRESS}")
    worlds = postgresql.Worlds(url)
    yield worlds
    worlds.drop()


@pytest.fixture
def missing_schema(worlds: postgresql.Worlds) -> Iterator[str]:
    """A PostgreSQL schema that does not exist yet, for a test's own tables."""
    with postgresql.missing_schema(worlds.url) as url:
        yield url


@pytest.fixture
def postgresql_url(worlds: postgresql.Worlds) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with worlds.one() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest) -> str:
    """The store of a test: each test runs on both."""
    return str(request.param)


@pytest.fixture
def world_url(store: str, request: pytest.FixtureRequest) -> str | None:
    """The `database` of a `Simulation`; None for SQLite in memory."""
    if store == "sqlite":
        return None
    url: str = request.getfixturevalue("postgresql_url")
    return url


NewDatabase = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def new_database(store: str, request: pytest.FixtureRequest) -> NewDatabase:
    """Makes empty databases, by the actor's name."""
    if store == "sqlite":
        return lambda actor: nullcontext("sqlite://")
    worlds: postgresql.Worlds = request.getfixturevalue("worlds")

    @contextmanager
    def new_database(actor: str) -> Iterator[str]:
        with worlds.one() as url:
            yield of_actor(url, actor)

    return new_database


DatabaseOf = Callable[[str], str]


@pytest.fixture
def database_of(world_url: str | None) -> DatabaseOf:
    """The address of an empty database, by the actor's name. SQLite is in memory."""
    return lambda actor: "sqlite://" if world_url is None else of_actor(world_url, actor)


@pytest.fixture
def lasting_database_of(world_url: str | None, tmp_path: Path) -> DatabaseOf:
    """As `database_of`, but the content survives when the actor ends."""
    return lambda actor: f"sqlite:///{tmp_path / actor}.db" if world_url is None else of_actor(world_url, actor)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark further variants of a test as thorough. Leave out trio on PostgreSQL, and the nightly tests.

    The nightly tests run with `-m nightly`.
    """
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    is_night = "nightly" in config.option.markexpr
    for item in items:
        parameters = (getattr(item, "callspec", None) and item.callspec.params) or {}  # type: ignore[attr-defined]
        is_trio = parameters.get("anyio_backend") == "trio"
        if is_trio or any(item.get_closest_marker(name) for name in ("processes", "postgresql", "nightly")):
            item.add_marker("thorough")
        is_for_another_time = item.get_closest_marker("nightly") is not None and not is_night
        is_a_fourth_time = is_trio and parameters.get("store") == "postgresql"
        (left_out if is_for_another_time or is_a_fourth_time else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use 1.5 workers a core for `-n auto`: many tests wait for a process, for PostgreSQL or for a time limit."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection: they stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Replace lone surrogates in logs by their numbers: pytest-xdist cannot send them and would end."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run in CI if a test was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

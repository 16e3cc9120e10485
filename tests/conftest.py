import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bank_app_sim.database import of_actor

from . import postgresql

pytest_plugins = ["tests.contract.plugin"]

# How long an example takes says more about the machine than about us.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # a change that fails there is to blame for it
)
settings.load_profile("any machine")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Every asynchronous test runs on both event loops, but for those that say why not."""
    return str(request.param)


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
    """A PostgreSQL database before its first start, for tables of a test's own."""
    with postgresql.missing_schema(worlds.url) as url:
        yield url


@pytest.fixture
def postgresql_url(worlds: postgresql.Worlds) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with worlds.one() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest) -> str:
    """Whatever is kept is kept by both stores alike."""
    return str(request.param)


@pytest.fixture
def world_url(store: str, request: pytest.FixtureRequest) -> str | None:
    """What to give to a `Simulation` as its `database`. None is SQLite in memory."""
    if store == "sqlite":
        return None
    url: str = request.getfixturevalue("postgresql_url")
    return url


NewDatabase = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def new_database(store: str, request: pytest.FixtureRequest) -> NewDatabase:
    """Gives as many empty databases as a test wants, by the actor's name."""
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
    """The address of an actor's empty database, by the actor's name; SQLite is in memory."""
    return lambda actor: "sqlite://" if world_url is None else of_actor(world_url, actor)


@pytest.fixture
def lasting_database_of(world_url: str | None, tmp_path: Path) -> DatabaseOf:
    """As `database_of`, where what is written down outlives who wrote it."""
    return lambda actor: f"sqlite:///{tmp_path / actor}.db" if world_url is None else of_actor(world_url, actor)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is the same once more as thorough, and leave out what is the same a fourth time.

    Everything is tried on both loops, and what is stored on both stores; but on PostgreSQL with one loop.
    """
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        parameters = (getattr(item, "callspec", None) and item.callspec.params) or {}  # type: ignore[attr-defined]
        is_trio = parameters.get("anyio_backend") == "trio"
        if is_trio or any(item.get_closest_marker(name) for name in ("processes", "postgresql")):
            item.add_marker("thorough")
        (left_out if is_trio and parameters.get("store") == "postgresql" else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing that we promise may be skipped: a skip there fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

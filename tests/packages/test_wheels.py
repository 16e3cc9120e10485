"""The wheels as a bank gets them: in an environment of their own, on each Python, by pip and by uv."""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..test_readme import EXAMPLES, PRINTED, PROGRAMS
from .environments import BARE, ROOT, SDK, Environment, built, lowest, pythons

pytestmark = [pytest.mark.thorough, pytest.mark.processes]

SENTENCE = 'install it with: pip install "impact-sdk[simulator]"'
OLDEST, *_, NEWEST = [*pythons(), *pythons()]
# All of them at night; by day the two that lie farthest apart.
BY_DAY = {(OLDEST, "lowest"), (NEWEST, "newest")}
EVERYWHERE = [
    pytest.param(python, versions, marks=[] if (python, versions) in BY_DAY else pytest.mark.nightly)
    for python in pythons()
    for versions in ("lowest", "newest")
]

# What an app does and what a backend does, over TCP.
IN_PRODUCTION = """\
import sys

import anyio

from impact_sdk import ClientCredentials, ImpactAPI, ImpactSDK, Weekly

des_url, client_id, client_secret, id_token = sys.argv[1:]


async def open_account(request):
    pass


async def main():
    async with ImpactSDK(des_url, client_id=client_id) as sdk:
        sdk.register(account_provisioning_requested=open_account)
        async with await sdk.launch(id_token) as session:
            dream = await session.create_dream("Bike", target_cents=250_000)
            launch = await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
            print(launch.state)
    async with ImpactAPI(des_url, auth=ClientCredentials(client_id, client_secret)) as api:
        print([dream.name async for dream in api.dreams.list(external_user_id="ada")])


anyio.run(main)
"""

ASKS = """\
def test_of_their_own(tmp_path):
    pass

def test_with_a_world(simulation):
    pass
"""


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [str(wheel) for wheel in built(tmp_path_factory.mktemp("wheels"))]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A sandbox, with what a client needs: its address, the bank's credentials, ada's token."""
    data = str(tmp_path_factory.mktemp("data"))
    command = [sys.executable, "-m", "bank_app_sim", "serve", "--json", "--port", "0", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            ready = json.loads(server.stdout.readline())
            token = ready["users"]["ada"]["id_token"]
            yield [ready["des_url"], ready["client_id"], ready["client_secret"], token]
        finally:
            server.terminate()


def in_wheel(wheel: str) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def in_repository(folder: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", folder], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(listed.stdout.splitlines())


def test_the_sdks_wheel_has_the_sdk_and_what_stands_in_for_the_simulator(wheels: list[str]) -> None:
    stand_in = "impact_sdk/simulator/stand_in/bank_app_sim.py"

    assert in_wheel(wheels[0]) == in_repository("impact_sdk") - {stand_in} | {"bank_app_sim.py"}
    assert Path(wheels[0]).stat().st_size < 300_000


def test_the_simulators_wheel_has_the_simulator(wheels: list[str]) -> None:
    only_to_build = {f"bank_app_sim/{name}" for name in ("LICENSE", "pyproject.toml")}

    assert in_wheel(wheels[1]) == in_repository("bank_app_sim") - only_to_build


@pytest.mark.parametrize(("python", "versions"), EVERYWHERE)
def test_the_sdk_alone_runs_without_a_warning(
    wheels: list[str], served: list[str], tmp_path: Path, python: str, versions: str
) -> None:
    environment = Environment.made(tmp_path, pythons()[python])
    by_itself = environment.installed()
    if versions == "lowest":
        environment.by_uv("--resolution", "lowest-direct", wheels[0], *SDK["dependencies"])
    else:
        environment.by_uv(wheels[0])
    (tmp_path / "in_production.py").write_text(IN_PRODUCTION)

    printed = environment.done("python", "-W", "error", "in_production.py", *served)

    assert printed == "active\n['Bike']\n"
    environment.done("pip", "check")
    of_older = {"sniffio"} if versions == "lowest" else set()  # anyio's, up to 4.11
    assert environment.installed() - by_itself - of_older == BARE | {"impact-sdk"}


@pytest.mark.parametrize(("python", "versions"), EVERYWHERE)
def test_with_the_simulator_the_readmes_programs_and_the_demo_run(
    wheels: list[str], tmp_path: Path, python: str, versions: str
) -> None:
    environment = Environment.made(tmp_path, pythons()[python])
    if versions == "lowest":
        environment.by_uv("--resolution", "lowest-direct", *with_simulator(wheels), *lowest(), "pytest==7.0")
    else:
        environment.by_uv(*with_simulator(wheels), "pytest")

    for program in PROGRAMS:
        environment.done("python", "-W", "error", "-c", program)
    assert "wrote demo-output/report.html" in environment.done("bank-app-sim", "demo")
    (tmp_path / "first.journey.yaml").write_text("journey: The first\nsteps: [launch]\n")
    assert "1 passed" in environment.done("pytest", "-p", "no:cacheprovider")
    environment.done("pip", "check")


def with_simulator(wheels: list[str]) -> list[str]:
    """As `docs/install.md` says it: both, as neither is on an index."""
    return [f"{wheels[0]}[simulator]", wheels[1]]


def test_pip_installs_the_same_and_every_example_runs_in_an_empty_project(wheels: list[str], tmp_path: Path) -> None:
    environment = Environment.made(tmp_path, pythons()[NEWEST])
    environment.done("pip", "install", "-q", *with_simulator(wheels))

    assert environment.done("python", "-c", PROGRAMS[0]).startswith("active\n")
    for example in EXAMPLES:
        if needs_nothing_else(example):
            (tmp_path / example.name).write_text(example.read_text())
            assert PRINTED[example.name] in environment.done("python", example.name)
    environment.done("pip", "check")


def needs_nothing_else(example: Path) -> bool:
    """Whether it runs where the SDK and the simulator are installed, and no framework."""
    ours = {"anyio", "bank_app_sim", "impact_sdk"}
    nodes = list(ast.walk(ast.parse(example.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} <= ours | sys.stdlib_module_names


def test_with_the_sdk_alone_every_way_to_the_simulator_says_what_to_install(wheels: list[str], tmp_path: Path) -> None:
    environment = Environment.made(tmp_path, pythons()[NEWEST])
    environment.done("pip", "install", "-q", wheels[0], "pytest")

    says_what_to_install(environment)


@pytest.mark.parametrize("left", ["bank-app-sim", "click", "sqlalchemy"])
def test_what_is_uninstalled_is_said_to_be_missing(wheels: list[str], tmp_path: Path, left: str) -> None:
    environment = Environment.made(tmp_path, pythons()[OLDEST])
    environment.by_uv(*with_simulator(wheels), "pytest")
    environment.done("pip", "uninstall", "-q", "-y", left)

    says_what_to_install(environment)

    environment.by_uv(*with_simulator(wheels))
    assert environment.done("bank-app-sim", "--version").endswith("version 0.1.0\n")


def says_what_to_install(environment: Environment) -> None:
    """Whatever is asked for: no traceback where somebody typed it, and never the name of a module alone."""
    (environment.folder / "test_own.py").write_text(ASKS)
    (environment.folder / "first.journey.yaml").write_text("journey: The first\nsteps: [launch]\n")
    for typed in (["bank-app-sim", "demo"], ["python", "-m", "bank_app_sim"]):
        ended = environment.run(*typed)
        assert ended.returncode != 0
        assert SENTENCE in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    imported = environment.run("python", "-c", "from bank_app_sim import Simulation").stderr.splitlines()[-1]
    assert imported.startswith("ModuleNotFoundError: the simulator is not installed")
    assert imported.endswith(SENTENCE)
    tested = environment.run("pytest", "-p", "no:cacheprovider", "--continue-on-collection-errors").stdout
    assert "1 passed, 2 errors" in tested
    assert tested.count(SENTENCE) >= 2
    assert "No module named" not in tested


def test_with_pytest_6_a_suite_runs_as_without_us(wheels: list[str], tmp_path: Path) -> None:
    environment = Environment.made(tmp_path, pythons()[OLDEST])
    environment.by_uv(*with_simulator(wheels), "pytest==6.2.5")
    (tmp_path / "test_own.py").write_text(ASKS)
    (tmp_path / "first.journey.yaml").write_text("journey: The first\nsteps: [launch]\n")

    # anyio's own plugin needs pytest 7 (docs/install.md).
    tested = environment.run("pytest", "-p", "no:cacheprovider", "-p", "no:anyio").stdout

    assert "1 passed, 1 error" in tested
    assert "fixture 'simulation' not found" in tested

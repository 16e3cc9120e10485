"""If the simulator or a part of it is missing, the program, an import and pytest say what to install."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from click.testing import CliRunner

from bank_app_sim import needed
from bank_app_sim.cli import main
from impact_sdk.simulator.pytest_without import FIXTURES, SUFFIXES

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
STAND_IN = ROOT / "impact_sdk" / "simulator" / "stand_in"
SENTENCE = 'install it with: pip install "impact-sdk[simulator]"'
WITHOUT_TRIO = 'the event loop trio is not installed; install it with: pip install "impact-sdk[trio]"'
PROGRAM = str(Path(sys.executable).parent / "bank-app-sim")

HEAVY = {"anyio", "attrs", "httpx", "click", "sqlalchemy", "starlette", "uvicorn", "yaml"}

OWN = """\
import pytest

@pytest.fixture
def bank():
    return "ours"

@pytest.fixture
def world(simulation):
    return simulation

def test_of_their_own(bank):
    assert bank == "ours"

def test_with_a_simulation(simulation):
    pass

def test_with_one_through_a_fixture(world):
    pass

def test_with_a_journey_by_its_name(request):
    request.getfixturevalue("journey")

def test_with_a_misspelled_fixture(simulatoin):
    pass
"""


@pytest.fixture(params=["all of it", "a part of it"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The search path of modules: as installed without the extra, and as if click were uninstalled."""
    if request.param == "all of it":
        return f"{STAND_IN}{os.pathsep}{ROOT}"
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "sitecustomize.py").write_text("import sys\nsys.modules['click'] = None\n")
    return f"{tmp_path / 'missing'}{os.pathsep}{ROOT}"


def ended(path: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Load only our own plugin: others need libraries that are missing here.
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "impact_sdk.simulator.pytest_plugin"}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={**os.environ, **ours, "PYTHONPATH": path, "COLUMNS": "400"},
    )


@pytest.mark.processes
@pytest.mark.parametrize("command", [[PROGRAM, "demo"], [sys.executable, "-m", "bank_app_sim", "demo"]], ids=str)
def test_the_program_says_what_to_install(path: str, tmp_path: Path, command: list[str]) -> None:
    without = ended(path, tmp_path, *command)

    assert without.returncode != 0
    assert "the simulator is not installed" in without.stderr
    assert SENTENCE in without.stderr
    assert len(without.stderr.splitlines()) == 1  # and no traceback


@pytest.mark.processes
def test_the_program_ends_as_after_a_wrong_command_line(path: str, tmp_path: Path) -> None:
    without = ended(path, tmp_path, PROGRAM, "demo")

    assert without.returncode == 2
    assert without.stderr.startswith("Error: ")


@pytest.mark.processes
@pytest.mark.parametrize(
    "code",
    [
        "from bank_app_sim import Simulation",
        "import bank_app_sim",
        "from bank_app_sim.journeys.journey import Journey",
        "import bank_app_sim.des",
    ],
)
def test_an_import_says_what_to_install(path: str, tmp_path: Path, code: str) -> None:
    tried = f"try:\n    {code}\nexcept ImportError as error:\n    print(error)"

    without = ended(path, tmp_path, sys.executable, "-c", tried)

    assert SENTENCE in without.stdout
    assert "No module named" not in without.stdout
    assert without.stderr == ""


@pytest.mark.processes
def test_pytest_runs_and_who_asks_for_the_simulator_reads_what_to_install(path: str, tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(OWN)
    (tmp_path / "first.journey.yaml").write_text("journey: The first\nsteps: [launch]\n")

    without = ended(
        path,
        tmp_path,
        *(sys.executable, "-m", "pytest", "--continue-on-collection-errors", "-c", "/dev/null", "--rootdir", "."),
    )

    assert "1 failed, 1 passed, 4 errors" in without.stdout
    assert without.stdout.count("there is no fixture 'simulation': the simulator is not installed") == 2 * 2
    assert "there is no fixture 'journey': the simulator is not installed" in without.stdout
    assert re.search(
        f"ERROR collecting first.journey.yaml _+\nthe simulator is not installed.*{re.escape(SENTENCE)}", without.stdout
    )
    assert "fixture 'simulatoin' not found" in without.stdout
    assert "No module named" not in without.stdout


@pytest.mark.processes
def test_pytest_has_no_fixture_or_option_of_ours_where_there_is_no_simulator(path: str, tmp_path: Path) -> None:
    for asked in ("--fixtures", "--help"):
        told = ended(path, tmp_path, sys.executable, "-m", "pytest", asked, "-c", "/dev/null").stdout

        assert not re.search(r"^(simulation|bank_app|journey)\b|--journey", told, flags=re.MULTILINE)


def test_what_is_missing_is_named_whatever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in needed.MODULES:
        with monkeypatch.context() as without:
            without.setitem(sys.modules, name, None)
            with pytest.raises(ModuleNotFoundError, match=f"missing: {name}; ") as caught:
                needed.require_all()
        assert caught.value.name == "bank_app_sim"


def test_what_is_looked_for_is_what_both_distributions_declare() -> None:
    distributions_of = packages_distributions()
    projects = [
        tomllib.loads((ROOT / place).read_text()) for place in ("pyproject.toml", "bank_app_sim/pyproject.toml")
    ]
    declared = {
        re.split(r"[\[<>=; ]", requirement)[0].lower()
        for project in projects
        for requirement in project["project"]["dependencies"]
    }

    looked_for = [
        {distribution.lower() for distribution in distributions_of.get(name, ["impact-sdk"])}
        for name in (*needed.MODULES, *needed.NOT_ON_WINDOWS)
    ]

    assert set().union(*looked_for) == declared
    assert len(looked_for) == len(declared)


def test_the_simulator_imports_nothing_else() -> None:
    names: set[str] = set()
    for path in (ROOT / "bank_app_sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])

    # Type checkers alone have `_typeshed`.
    others = names - sys.stdlib_module_names - {*needed.MODULES, *needed.NOT_ON_WINDOWS, "_typeshed"}

    assert others == {"psycopg", "pytest", "trio"}  # an extra; pytest itself has loaded our plugin; another extra


def test_what_stands_in_for_the_plugin_knows_the_plugin() -> None:
    from bank_app_sim import pytest_plugin

    assert all(hasattr(pytest_plugin, name) for name in FIXTURES)
    assert pytest_plugin.SUFFIXES == SUFFIXES


@pytest.mark.parametrize("command", [["run", "--list"], ["check", "anything:at_all"]], ids=lambda words: str(words[0]))
def test_an_event_loop_that_is_not_installed_is_refused_with_what_to_install(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trio", None)

    refused = CliRunner().invoke(main, [*command, "--event-loop", "trio"])

    assert refused.exit_code == 2
    assert f"{WITHOUT_TRIO}\n" in refused.stderr


def test_pytest_refuses_it_likewise(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trio", None)

    refused = pytester.runpytest_inprocess("--journey-event-loop", "trio")

    assert WITHOUT_TRIO in refused.stderr.str()


def test_a_fixture_of_their_own_wins(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n\n@pytest.fixture\ndef journey():\n    return 'to the north pole'\n")
    pytester.makepyfile("def test_it(journey):\n    assert journey == 'to the north pole'\n")

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_plugin_can_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(journey):\n    pass\n")
    (pytester.path / "first.journey.yaml").write_text("no journey")

    result = pytester.runpytest_inprocess("-p", "no:bank-app-sim")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'journey' not found"])


@pytest.mark.processes
def test_pytest_loads_no_part_of_the_simulator_before_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    print(*sorted(name for name in sys.modules if name.startswith('bank_app_sim')))\n"
        f"    assert not sys.modules.keys() & {HEAVY!r}\n"
    )

    done = ended(str(ROOT), tmp_path, sys.executable, "-m", "pytest", "-q", "-s", "-c", "/dev/null", "--rootdir", ".")

    assert done.returncode == 0, done.stdout
    assert done.stdout.split()[:3] == ["bank_app_sim", "bank_app_sim.needed", "bank_app_sim.pytest_plugin"]

"""What `docs/install.md` says of a project of one's own."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "bank_app_sim" / "docs" / "install.md").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
JOURNEY, CI = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_extra_is_told_of_and_there_is_no_other() -> None:
    named = {extra for names in re.findall(r"impact-sdk\[([a-z,]+)\]", PAGE) for extra in names.split(",")}

    assert named == set(PYPROJECT["optional-dependencies"])


def test_the_wheel_is_called_as_it_is_built() -> None:
    wheels = set(re.findall(r"[\w.-]+-py3-none-any\.whl", PAGE))

    assert wheels == {f"{PYPROJECT['name'].replace('-', '_')}-{PYPROJECT['version']}-py3-none-any.whl"}


def test_the_ci_of_the_page_runs_the_commands_of_the_page() -> None:
    steps = yaml.safe_load(CI)["jobs"]["journeys"]["steps"]

    assert [step["run"] for step in steps if "run" in step] == [
        "uv run pytest",
        "uv run bank-app-sim run journeys --report evidence",
    ]


# As if only what the SDK needs were installed.
ALONE = """\
import importlib.abc, runpy, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {"click", "yaml", "sqlalchemy", "starlette"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def ended(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Of the plugins that are installed, ours alone: others need what is not there.
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "bank_app_sim.pytest_plugin"}
    return subprocess.run(
        [sys.executable, "-c", ALONE, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={**os.environ, **ours},
    )


@pytest.mark.processes
def test_with_the_sdk_alone_the_program_says_what_to_install(tmp_path: Path) -> None:
    without = ended(tmp_path, "bank_app_sim", "demo")

    assert without.returncode == 2
    assert without.stderr.startswith("Error: the simulator is not installed")
    assert 'pip install "impact-sdk[simulator]"' in without.stderr
    assert "Traceback" not in without.stderr


@pytest.mark.processes
def test_with_the_sdk_alone_pytest_runs_and_a_journey_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n")
    (tmp_path / "first.journey.yaml").write_text(JOURNEY)

    without = ended(tmp_path, "pytest", "--continue-on-collection-errors", "-c", "/dev/null", "--rootdir", ".")

    assert "1 passed, 1 error" in without.stdout
    assert "the simulator is not installed" in without.stdout
    assert "ModuleNotFoundError" not in without.stdout

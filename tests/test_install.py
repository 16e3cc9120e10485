"""`docs/install.md` matches the packages."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "bank_app_sim" / "docs" / "install.md").read_text()
SDK, SIMULATOR = (
    tomllib.loads((ROOT / place).read_text())["project"] for place in ("pyproject.toml", "bank_app_sim/pyproject.toml")
)
JOURNEY, CI = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_extra_is_told_of_and_there_is_no_other() -> None:
    named = {extra for names in re.findall(r"impact-sdk\[([a-z0-9,]+)\]", PAGE) for extra in names.split(",")}

    assert named == set(SDK["optional-dependencies"])


def test_the_wheels_are_called_as_they_are_built() -> None:
    wheels = set(re.findall(r"[\w.-]+-py3-none-any\.whl", PAGE))

    assert wheels == {
        f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl" for project in (SDK, SIMULATOR)
    }


def test_both_distributions_have_one_version_and_ask_for_it() -> None:
    version = SDK["version"]

    assert SIMULATOR["version"] == version
    assert f"impact-sdk=={version}" in SIMULATOR["dependencies"]
    assert SDK["optional-dependencies"]["simulator"] == [f"bank-app-sim=={version}"]
    assert SDK["optional-dependencies"]["postgresql"] == [f"bank-app-sim[postgresql]=={version}"]


def test_both_distributions_have_the_same_licence() -> None:
    assert (ROOT / "bank_app_sim" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_the_ci_of_the_page_runs_the_commands_of_the_page() -> None:
    steps = yaml.safe_load(CI)["jobs"]["journeys"]["steps"]

    assert [step["run"] for step in steps if "run" in step] == [
        "uv run pytest",
        "uv run bank-app-sim run journeys --report evidence",
    ]

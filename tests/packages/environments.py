"""Pythons of this machine, and environments in which the built wheels are installed as a bank would."""

import functools
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path

import attrs

ROOT = Path(__file__).parent.parent.parent
UV = shutil.which("uv", path=f"{ROOT / '.uv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}") or "uv"
PROMISED = ("3.11", "3.12", "3.13", "3.14")
# What the SDK alone brings along.
BARE = {"anyio", "attrs", "cattrs", "certifi", "h11", "httpcore", "httpx", "idna", "standardwebhooks"}
BARE |= {"typing-extensions"}

SDK, SIMULATOR = (
    tomllib.loads((ROOT / place).read_text())["project"] for place in ("pyproject.toml", "bank_app_sim/pyproject.toml")
)


@functools.cache
def pythons() -> dict[str, str]:
    """Of the Pythons that are promised those that this machine has, with their interpreters."""
    return {version: found for version in PROMISED if (found := _python(version))}


def _python(version: str) -> str | None:
    """One that starts: pyenv has programs of this name for versions that are not chosen, too."""
    by_pyenv = (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")
    by_uv = (Path.home() / ".local" / "share" / "uv" / "python").glob(f"cpython-{version}.*/bin/python{version}")
    on_path = shutil.which(f"python{version}")
    for candidate in [*sorted(map(str, by_pyenv)), *sorted(map(str, by_uv)), *([on_path] if on_path else [])]:
        asked = [candidate, "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            return candidate
    return None


def lowest() -> list[str]:
    """The dependencies of both distributions, which are asked for in their lowest versions."""
    listed = [*SDK["dependencies"], *SIMULATOR["dependencies"]]
    return [each for each in listed if not re.match("impact-sdk|bank-app-sim", each)]


@attrs.frozen
class Environment:
    """An environment of its own, in an empty project."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, python: str) -> "Environment":
        environment = cls(folder)
        environment.done(UV, "venv", "-q", "--seed", "-p", python, str(folder / ".venv"))
        return environment

    def by_uv(self, *wanted: str) -> None:
        self.done(UV, "pip", "install", "-q", "-p", str(self.folder / ".venv"), *wanted)

    def installed(self) -> set[str]:
        listed = json.loads(self.done("pip", "list", "--format", "json"))
        return {each["name"].replace("_", "-") for each in listed}

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program, of the environment where it has one of this name, which sees nothing of this checkout."""
        hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        installed = self.folder / ".venv" / "bin" / program
        return subprocess.run(
            [str(installed) if installed.exists() else program, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=self.folder,
            env={**environment, "COLUMNS": "400"},
        )

    def done(self, program: str, *words: str) -> str:
        """What it printed; it has to end well."""
        ended = self.run(program, *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


def built(folder: Path) -> Sequence[Path]:
    """The wheels of both distributions, the SDK's first."""
    subprocess.run(
        [UV, "build", "-q", "--all-packages", "--wheel", "-o", str(folder), str(ROOT)], check=True, timeout=300
    )
    return [next(folder.glob("impact_sdk-*.whl")), next(folder.glob("bank_app_sim-*.whl"))]

"""When a report was made, with which version and commit, and on which machine."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from ..library import LIBRARY
from ..results import JourneyResult

# Git answers at once, or it waits for input that nobody gives.
LONGEST_SECONDS = 5


@attrs.frozen(kw_only=True)
class Circumstances:
    """How a report was made; a text is empty if it is unknown.

    Attributes:
        written_at: RFC 3339, UTC, by the machine's clock.
        version: Of this package.
        commit: Of the folder of the first script, with its branch; `(changed)` if files differ from the commit.
        environment: The interpreter and the machine.
    """

    written_at: str
    version: str
    commit: str
    environment: str


def circumstances(results: Iterable[JourneyResult], *, now: datetime | None = None) -> Circumstances:
    """The circumstances of this process.

    Args:
        now: The moment; by default the machine's clock.
    """
    files = (Path(result.file) for result in results if result.file)
    folder = next((file.absolute().parent for file in files if file.exists()), Path.cwd())
    return Circumstances(
        written_at=(now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=_version(),
        commit="" if folder.is_relative_to(LIBRARY) else commit_of(folder),
        environment=f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
    )


def _version() -> str:
    try:
        return version("impact-sdk")
    except PackageNotFoundError:  # the package was copied, not installed
        return ""


def commit_of(folder: Path) -> str:
    """The short commit of a folder, with its branch; empty without a repository or without git."""
    commit = _git(folder, "rev-parse", "--short=10", "HEAD")
    if not commit:
        return ""
    branch = _git(folder, "symbolic-ref", "--short", "--quiet", "HEAD")
    is_changed = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    return " ".join([commit, *([f"on {branch}"] if branch else []), *(["(changed)"] if is_changed else [])])


def _git(folder: Path, *words: str) -> str:
    """The output of git; empty if git fails for any reason."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_SECONDS,
            env=_undisturbed(os.environ),
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(sys.getfilesystemencoding(), "replace").strip() if done.returncode == 0 else ""


def _undisturbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Drop the variables that name another repository, as in a hook of git, and let git ask no questions."""
    own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    return {**own, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}

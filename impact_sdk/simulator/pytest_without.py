"""pytest without the simulator: a test that uses one of its fixtures, or a journey file, says what to install."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

FIXTURES = frozenset({"simulation", "bank_app", "journey"})
SUFFIXES = (".journey.yaml", ".journey.yml")


class WithoutSimulator:
    """A plugin of pytest.

    Args:
        sentence: What to install.
    """

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "JourneyFile | None":
        """Collect a journey file, which then is an error."""
        if not file_path.name.endswith(SUFFIXES):
            return None
        journey: JourneyFile = JourneyFile.from_parent(parent, path=file_path)
        journey.sentence = self._sentence
        return journey

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        """If a fixture of the simulator is missing, say what to install."""
        made = yield
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, pytest.FixtureLookupError) and error.argname in FIXTURES:
            made.get_result().longrepr = f"there is no fixture {error.argname!r}: {self._sentence}"


class JourneyFile(pytest.File):
    """A journey that cannot be played."""

    sentence: str

    def collect(self) -> Iterator[pytest.Item]:
        """Raises `CollectError`, which says what to install."""
        raise self.CollectError(self.sentence)

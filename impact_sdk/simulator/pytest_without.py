"""pytest without the simulator: no fixture, no option; who asks for one of the simulator's reads what to install."""

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
        """A journey is found, and is an error."""
        if not file_path.name.endswith(SUFFIXES):
            return None
        journey: JourneyFile = JourneyFile.from_parent(parent, path=file_path)
        journey.sentence = self._sentence
        return journey

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        """A fixture of ours that nobody else has either is named with what to install."""
        made = yield
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, pytest.FixtureLookupError) and error.argname in FIXTURES:
            made.get_result().longrepr = f"there is no fixture {error.argname!r}: {self._sentence}"


class JourneyFile(pytest.File):
    """A script that cannot be played."""

    sentence: str

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing; `CollectError` says what to install."""
        raise self.CollectError(self.sentence)

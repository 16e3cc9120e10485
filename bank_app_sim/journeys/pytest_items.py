"""What pytest collects of a `*.journey.yaml`: a test for the journey, or one for each of its rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..invocation import program
from .evidence.text import headline, why
from .playing.job import Job, Plan
from .playing.runner import play_jobs
from .results import JourneyResult, Outcome
from .scripts.identity import slugs
from .scripts.reader import read_file
from .scripts.script import Script
from .text.mistakes import ScriptMistakes


class JourneyFile(pytest.File):
    """A script."""

    def collect(self) -> Iterator["JourneyItem"]:
        try:
            scripts = read_file(self.path, begins_below=self.config.option.journey_begins_below)
        except ScriptMistakes as error:
            raise self.CollectError(str(error)) from None
        # pytest splits a test's id at brackets, colons and line breaks. Slugs have none.
        names = slugs([(script.name, script.row) for script in scripts])
        for name, script in zip(names, scripts, strict=True):
            yield JourneyItem.from_parent(self, name=name, script=script)


class JourneyFailed(Exception):
    """A journey failed; `result` says how."""

    def __init__(self, result: JourneyResult) -> None:
        super().__init__(result.name)
        self.result = result


class JourneyItem(pytest.Item):
    """One journey."""

    def __init__(self, *, script: Script, **more: Any) -> None:
        super().__init__(**more)
        self.script = script

    def runtest(self) -> None:
        option = self.config.option
        plan = Plan(against=option.journey_against, event_loop=option.journey_event_loop, program=program())
        (result,) = play_jobs([Job(self.script, option.journey_seed)], plan)
        if result.outcome is not Outcome.PASSED:
            raise JourneyFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, JourneyFailed):
            result = excinfo.value.result
            return f"{headline(result)}\n\n{why(result)}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.script.full_name}: {self.script.title}"

"""The results of a run: printed as they come, counted, and summed up at the end with an exit code."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs
import click

from ..journeys import evidence
from ..journeys.evidence.text import why
from ..journeys.results import JourneyResult, Outcome, as_json
from . import results as shown
from .ending import NOBODY_READS, hush
from .interruptions import Interruption
from .progress import Progress

# The outcomes that `--json` counts, by their names there.
COUNTED = {"passed": Outcome.PASSED, "failed": Outcome.FAILED, "errors": Outcome.ERROR, "skipped": Outcome.SKIPPED}


@attrs.define(eq=False, kw_only=True)
class Tally:
    """What came of one run so far.

    Attributes:
        total: How many results there will be.
        as_json: Print nothing but one document at the end.
        keeps_all: Keep whole results, not only what the end prints.
        kept: The results, if they are kept.
    """

    total: int
    as_json: bool
    keeps_all: bool
    progress: Progress
    interruption: Interruption
    kept: list[JourneyResult] = attrs.field(factory=list)
    _outcomes: Counter[Outcome] = attrs.field(factory=Counter, init=False)
    _unwell: list[JourneyResult] = attrs.field(factory=list, init=False)
    _skipped: dict[str, list[str]] = attrs.field(factory=dict, init=False)
    _steps: int = attrs.field(default=0, init=False)
    _has_readers: bool = attrs.field(default=True, init=False)
    _began: float = attrs.field(factory=time.perf_counter, init=False)

    @property
    def count(self) -> int:
        """How many results have come."""
        return self._outcomes.total()

    @property
    def all_passed(self) -> bool:
        return self._outcomes[Outcome.PASSED] == self.count

    def follow(self, results: Iterable[JourneyResult], *, rest: Callable[[str], Iterable[JourneyResult]]) -> None:
        """Take results as they come, until somebody interrupts the run or nobody reads its output.

        Args:
            rest: Gives a result for each journey that has none by then; it is told the reason.
        """
        try:
            for result in results:
                self.take(result)
            return
        except KeyboardInterrupt:
            self.interruption.caught()
            reason = self.interruption.reason
        except BrokenPipeError:
            hush()
            self._has_readers = False
            reason = "nobody read the output any more"
        for result in rest(reason):
            self.take(result)

    def take(self, result: JourneyResult) -> None:
        """Count one result, and print it."""
        self._outcomes[result.outcome] += 1
        self._steps += shown.played(result)
        if self.keeps_all:
            self.kept.append(result)
        if result.outcome in (Outcome.FAILED, Outcome.ERROR):
            self._unwell.append(attrs.evolve(result, messages=(), states=()))
        if result.outcome is Outcome.SKIPPED:
            self._skipped.setdefault(result.reason, []).append(result.full_name)
        elif not self.as_json:
            self._show(result)

    def _show(self, result: JourneyResult) -> None:
        has_passed = result.outcome is Outcome.PASSED
        if self.total <= shown.FEW or not has_passed:
            self.progress.say(shown.line(result))
        if not has_passed:
            self.progress.say(why(result))

    def end(self, report: Path | None) -> None:
        """Print the summary, and write the report."""
        click.echo(self._as_json() if self.as_json else "\n".join(self._summary()))
        if report is not None:
            evidence.write(report, self.kept)
            beside = "junit.xml, trace.json and mermaid/ beside it"
            click.echo(f"wrote {report / 'report.html'}, {beside}", err=self.as_json)

    def _summary(self) -> Iterable[str]:
        for reason, names in self._skipped.items():
            yield shown.skipped(reason, names)
        if self.total > 1 and self._unwell:
            yield shown.list_of(self._unwell)
        yield shown.summary(self._outcomes, self._steps, time.perf_counter() - self._began)

    def _as_json(self) -> str:
        counts = {name: self._outcomes[outcome] for name, outcome in COUNTED.items()}
        journeys = [{**as_json(result), "messages": None, "states": None, "recorded": None} for result in self.kept]
        return json.dumps({**counts, "journeys": journeys})

    def exit(self) -> None:
        """End the command: 0 if all passed, 1 if some failed, 2 if some could not be played, or as a shell expects."""
        code = 2 if self._outcomes[Outcome.ERROR] else 1 if self._outcomes[Outcome.FAILED] else 0
        if not self._has_readers:
            code = NOBODY_READS
        if self.interruption.number:
            code = self.interruption.exit_code
        if code:
            raise click.exceptions.Exit(code)

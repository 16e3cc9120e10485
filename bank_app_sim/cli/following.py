"""Follows a run: shows each result as it comes, keeps what the end needs, and says how it ended."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable

import attrs
import click

from ..journeys.evidence.text import why
from ..journeys.results import JourneyResult, Outcome, as_json
from . import results as shown
from .progress import Progress


@attrs.define(eq=False, kw_only=True)
class Following:
    """One run.

    Attributes:
        total: How many results there will be.
        as_json: Nothing is shown but a document at the end.
        keeps_all: Whole results are kept; otherwise only what is told of them at the end.
    """

    total: int
    as_json: bool
    keeps_all: bool
    progress: Progress
    kept: list[JourneyResult] = attrs.field(factory=list)
    outcomes: Counter[Outcome] = attrs.field(factory=Counter)
    unwell: list[JourneyResult] = attrs.field(factory=list)
    skipped: dict[str, list[str]] = attrs.field(factory=dict)
    steps: int = 0
    _began: float = attrs.field(factory=time.perf_counter)

    @property
    def come(self) -> int:
        """How many results have come."""
        return self.outcomes.total()

    @property
    def exit_code(self) -> int:
        """0: all passed. 1: some failed. 2: some could not be played."""
        return 2 if self.outcomes[Outcome.ERROR] else 1 if self.outcomes[Outcome.FAILED] else 0

    def follow(self, results: Iterable[JourneyResult]) -> None:
        """Take results as they come."""
        for result in results:
            self.take(result)

    def take(self, result: JourneyResult, *, say: bool = True) -> None:
        """One more result."""
        self.outcomes[result.outcome] += 1
        self.steps += shown.played(result)
        if self.keeps_all:
            self.kept.append(result)
        if result.outcome in (Outcome.FAILED, Outcome.ERROR):
            self.unwell.append(attrs.evolve(result, messages=(), states=()))
        if result.outcome is Outcome.SKIPPED:
            self.skipped.setdefault(result.reason, []).append(result.full_name)
        elif say and not self.as_json:
            self._show(result)

    def _show(self, result: JourneyResult) -> None:
        is_well = result.outcome is Outcome.PASSED
        if self.total <= shown.FEW or not is_well:
            self.progress.say(shown.line(result))
        if not is_well:
            self.progress.say(why(result))

    def end(self, echo: Callable[[str], None] = click.echo) -> None:
        """Say how it ended."""
        if self.as_json:
            journeys = [{**as_json(result), "messages": None, "states": None, "recorded": None} for result in self.kept]
            echo(json.dumps({**self._counts(), "journeys": journeys}))
            return
        for reason, names in self.skipped.items():
            echo(shown.skipped(reason, names))
        if self.total > 1 and self.unwell:
            echo(shown.list_of(self.unwell))
        echo(shown.summary(self.outcomes, self.steps, time.perf_counter() - self._began))

    def _counts(self) -> dict[str, int]:
        named = {
            "passed": Outcome.PASSED,
            "failed": Outcome.FAILED,
            "errors": Outcome.ERROR,
            "skipped": Outcome.SKIPPED,
        }
        return {name: self.outcomes[outcome] for name, outcome in named.items()}

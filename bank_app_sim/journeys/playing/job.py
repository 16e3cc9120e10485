"""Jobs: a script and a seed to play it with, and the results of jobs that were not played."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from ...invocation import pasted
from ..library import LIBRARY
from ..results import Failure, JourneyResult, Outcome, StepResult
from ..scripts.identity import name_of
from ..scripts.script import Script
from ..scripts.selection import Broken
from ..text.mistakes import ScriptMistakes
from .files import from_here


@attrs.frozen(kw_only=True)
class Plan:
    """How journeys are run.

    Attributes:
        against: The address of a served sandbox; None for worlds in this process.
        event_loop: `asyncio` or `trio`.
        keeps_evidence: Keep messages and states of every journey, not only of those that fail.
        updates: Return what is recorded with the results, instead of comparing it with what was recorded before.
        program: How the command line was started, for the command that repeats a journey.
    """

    against: str | None = None
    event_loop: str = "asyncio"
    keeps_evidence: bool = False
    updates: bool = False
    program: Sequence[str] = ("bank-app-sim",)

    @property
    def where(self) -> str:
        """Where the journeys are played, as results say it."""
        return self.against or f"in process, {self.event_loop}"


@attrs.frozen
class Job:
    """One script, to be played with one seed."""

    script: Script
    seed: int


def command_for(job: Job, plan: Plan) -> str:
    """The command that repeats this journey, and nothing else."""
    script = job.script
    path = Path(script.file)
    name = name_of(path) if path.parent == LIBRARY else script.file
    if name.startswith("-"):  # it would be an option
        name = f"./{name}"
    words = [*plan.program, "run", f"{name}[{script.row}]" if script.row else name, "--seed", str(job.seed)]
    words += ["--against", plan.against] if plan.against else []
    words += ["--begins-below", script.begins_below] if script.begins_below else []
    words += ["--event-loop", plan.event_loop] if plan.event_loop != "asyncio" else []
    return pasted(words)


def not_played(job: Job, plan: Plan, outcome: Outcome, reason: str) -> JourneyResult:
    """The result of a journey that was not begun."""
    return JourneyResult(
        name=job.script.name,
        title=job.script.title,
        file=from_here(job.script.file, Path.cwd()),
        row=job.script.row,
        seed=job.seed,
        world=plan.where,
        outcome=outcome,
        seconds=0,
        steps=(),
        reason=reason,
        command=command_for(job, plan),
    )


def without_world(job: Job, plan: Plan, error: Exception) -> JourneyResult:
    """The result of a journey whose world could not be made, or did not end in peace."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    failure = Failure(
        expected="a world to play in, from its beginning to its end",
        found=f"{type(error).__name__}: {error}",
        way_out="it may be a fault of the simulator",
    )
    step = StepResult(number="0", text="the world", line=None, outcome=Outcome.FAILED, failure=failure)
    return attrs.evolve(not_played(job, plan, Outcome.FAILED, ""), steps=[step])


def skipped(jobs: Sequence[Job], plan: Plan, reason: str) -> Iterator[JourneyResult]:
    """The results of journeys that were not begun because the run ended."""
    return (not_played(job, plan, Outcome.SKIPPED, reason) for job in jobs)


def broken(each: Broken, *, seed: int) -> JourneyResult:
    """The result of a file that has mistakes."""
    return JourneyResult(
        name=each.name,
        title=each.title,
        file=from_here(each.file, Path.cwd()),
        row="",
        seed=seed,
        world="",
        outcome=Outcome.ERROR,
        seconds=0,
        steps=(),
        reason=str(ScriptMistakes(each.mistakes)),
    )

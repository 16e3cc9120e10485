"""Plays journeys: progress, results as they come, then recordings, exports and evidence."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import click

from ..invocation import program
from ..journeys.playing import runner
from ..journeys.playing.job import Job, Plan, skipped
from ..journeys.playing.job import broken as broken_result
from ..journeys.playing.quiet import quiet_logs
from ..journeys.playing.recorded_files import Recorded, update
from ..journeys.results import JourneyResult
from ..journeys.scripts.script import Script
from ..journeys.scripts.selection import Selection
from . import exporting
from .interruptions import put_off
from .progress import progress
from .results import mistakes_in, updated
from .tally import Tally


@attrs.frozen
class How:
    """How to play journeys, as it was typed.

    Attributes:
        repeat: How often each journey is played, each time with the next seed.
        updates: Write recordings instead of comparing with them.
        report: The folder for the evidence.
        against: The address of a served sandbox; None for worlds in this process.
        workers: The number of processes; None for what suits the number of journeys.
        exports: Write an Arazzo document for each journey, for a world of the sandbox at `against`.
    """

    seed: int
    repeat: int
    fail_fast: bool
    updates: bool
    report: Path | None
    against: str | None
    event_loop: str
    workers: int | None
    as_json: bool
    exports: bool

    @property
    def plan(self) -> Plan:
        # An export plays here, where each message is recorded; the document is for the sandbox.
        return Plan(
            against=None if self.exports else self.against,
            event_loop=self.event_loop,
            keeps_evidence=self.report is not None or self.exports,
            updates=self.updates,
            program=program(),
        )


def play(selection: Selection, how: How) -> None:
    """Play all and print the results; end with an exit code other than 0 unless every journey passed."""
    plan = how.plan
    jobs = [Job(script, how.seed + n) for n in range(how.repeat) for script in selection.scripts]
    broken = [broken_result(each, seed=how.seed) for each in selection.broken]
    with quiet_logs(), put_off() as interruption:
        with interruption.heard(), progress(len(broken) + len(jobs)) as bar:

            def results() -> Iterator[JourneyResult]:
                yield from broken
                bar.advance(len(broken))
                if broken and not how.as_json:
                    bar.say(mistakes_in(selection.broken))
                workers = how.workers or runner.processes(len(jobs), cores=os.cpu_count() or 1)
                yield from runner.run(jobs, plan, workers=workers, stops_at_failure=how.fail_fast, ended=bar.advance)

            tally = Tally(
                total=len(broken) + len(jobs),
                as_json=how.as_json,
                keeps_all=plan.keeps_evidence or how.as_json or how.updates,
                progress=bar,
                interruption=interruption,
            )
            tally.follow(
                results(), rest=lambda reason: skipped(jobs[max(0, tally.count - len(broken)) :], plan, reason)
            )
            if how.exports and how.against is not None and tally.all_passed:
                for path in exporting.write_documents(jobs, tally.kept, sandbox=how.against):
                    click.echo(f"wrote {path}", err=how.as_json)
        if how.updates:
            _write_recordings(selection, jobs, tally.kept[len(broken) :], err=how.as_json)
        tally.end(how.report)
    tally.exit()


def _write_recordings(
    selection: Selection, jobs: Sequence[Job], results: Sequence[JourneyResult], *, err: bool
) -> None:
    played: dict[str, dict[str, tuple[Script, JourneyResult]]] = {}
    for job, result in zip(jobs, results, strict=True):
        played.setdefault(job.script.file, {})[job.script.row] = (job.script, result)
    updates = [update(Recorded(Path(file), selection.rows[file], rows)) for file, rows in played.items()]
    for each in filter(None, updates):
        click.echo(updated(each), err=err)
    if not any(updates):
        click.echo("--update: none of these has `expect as recorded`", err=err)

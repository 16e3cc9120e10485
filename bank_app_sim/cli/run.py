"""`bank-app-sim run`: journeys, many at once, with what came of each."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from impact_sdk.parsing.visible import visible

from ..invocation import command, program
from .ending import NOBODY_READS, hush
from .event_loop import EventLoop
from .interruptions import Interruption, put_off
from .paragraphs import counted, fitted

if TYPE_CHECKING:
    from ..journeys.playing.runner import Job
    from ..journeys.results import JourneyResult
    from ..journeys.scripts.script import Script
    from ..journeys.scripts.selection import Broken, Selection
    from .following import Following


@click.command()
@click.argument("journeys", nargs=-1, metavar="[SCRIPT|NAME]...")
@click.option("--list", "lists", is_flag=True, help="Say what each journey is about, and play none.")
@click.option("-k", "keyword", metavar="WORDS", help="Only those with these words in name, title, file or row.")
@click.option(
    "--begins-below",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Scripts may begin with files below this folder, not only below their own.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides ids, jitter, and who goes next.")
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Play each so often, each time with the next seed.",
)
@click.option("--fail-fast", is_flag=True, help="Begin no more journeys once one has failed.")
@click.option("--update", "updates", is_flag=True, help="Write recorded expectations down anew.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write evidence there.")
@click.option("--against", metavar="URL", help="Play on a sandbox that is served there, each in a world of its own.")
@click.option("--event-loop", type=EventLoop(), default="asyncio", show_default=True, help="Which to use.")
@click.option(
    "-j",
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Processes. By default as many as cores, and one for up to 16 journeys.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option(
    "--export",
    "form",
    type=click.Choice(["arazzo"]),
    help="Write the API calls of each journey as NAME.arazzo.yaml, to run in a world of the sandbox at --against.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input of an Arazzo document, instead of its default; can be given several times.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of scripts, for editors.")
def run(
    journeys: Sequence[str],
    lists: bool,
    keyword: str | None,
    begins_below: Path | None,
    seed: int,
    repeat: int,
    fail_fast: bool,
    updates: bool,
    report: Path | None,
    against: str | None,
    event_loop: str,
    workers: int | None,
    as_json: bool,
    form: str | None,
    inputs: Sequence[str],
    schema: bool,
) -> None:
    """Play journeys: files, folders, or names as --list has them; the whole library, when nothing is named.

    FILE.arazzo.yaml is an Arazzo document, and run against the sandbox that it names, or that at --against.

    Each is played in a world of its own, in this process and in simulated time, or on a served sandbox. How to write
    one: bank_app_sim/docs/journeys.md, in the folder of the package.

    \b
    Exit code:
      0    all have passed
      1    at least one has failed
      2    wrong use; or something could not be played, such as a script with a mistake: the others were
      130  interrupted by Ctrl-C (143: by SIGTERM); what was played until then is told

    \b
    Examples:
      bank-app-sim run --list
      bank-app-sim run declined_then_accepted
      bank-app-sim run my.journey.yaml --report evidence
      bank-app-sim run journeys/ -k "webhook not lost" --repeat 20
    """
    from ..journeys import evidence
    from ..journeys.playing import runner
    from ..journeys.scripts.selection import NothingFound, selected
    from .following import Following
    from .progress import progress as shown_progress

    if schema:
        from ..journeys.scripts.schema import as_json as schema_as_json

        click.echo(schema_as_json(), nl=False)
        return
    if report is not None and not lists:
        # Should nothing be played, for whatever reason, nobody is to take the last report for this one's.
        evidence.clear(report)
    from . import arazzo

    if arazzo.are_documents(journeys):
        given = arazzo.inputs(inputs)
        with put_off() as interruption:
            with interruption.heard(), shown_progress(len(journeys)) as progress:
                following = Following(total=len(journeys), as_json=as_json, keeps_all=True, progress=progress)
                done = 0
                try:
                    for results in arazzo.run_documents(journeys, given=given, against=against):
                        following.follow(results)
                        progress.advance(1)
                        done += 1
                except KeyboardInterrupt:
                    interruption.caught()
                    following.follow(arazzo.skipped(journeys[done:], interruption.reason))
            _tell(following, report)
        _end(following, interruption)
        return
    if form is not None and against is None:
        sandbox = command("serve")
        raise click.UsageError(f"--export arazzo needs --against: the sandbox that the document is for; {sandbox}")
    try:
        selection = selected(journeys, keyword=keyword, begins_below=begins_below)
    except NothingFound as error:
        raise click.UsageError(str(error)) from None
    for path in selection.left_out:
        click.echo(f"left out: {visible(str(path))} looks like a journey; one is called *.journey.yaml", err=True)
    if lists:
        _list(selection)
        return
    plan = runner.Plan(
        against=None if form else against,
        event_loop=event_loop,
        keeps_evidence=report is not None or form is not None,
        updates=updates,
        program=program(),
    )
    jobs = [runner.Job(script, seed + n) for n in range(repeat) for script in selection.scripts]
    broken = [runner.broken(each, seed=seed) for each in selection.broken]
    with runner.quiet_logs(), put_off() as interruption:
        with interruption.heard(), shown_progress(len(broken) + len(jobs)) as progress:
            following = Following(
                total=len(broken) + len(jobs),
                as_json=as_json,
                keeps_all=report is not None or form is not None or as_json or updates,
                progress=progress,
            )
            played = runner.run(
                jobs,
                plan,
                workers=workers or runner.processes(len(jobs), cores=os.cpu_count() or 1),
                stops_at_failure=fail_fast,
                ended=progress.advance,
            )
            reason, otherwise = "", None
            try:
                following.follow(broken)
                progress.advance(len(broken))
                if broken and not as_json:
                    progress.say(_how_many(selection.broken))
                following.follow(played)
            except KeyboardInterrupt:
                interruption.caught()
                reason = interruption.reason
            except BrokenPipeError:
                reason, otherwise = "nobody read the output any more", NOBODY_READS
                hush()
            for result in runner.skipped(jobs[following.come - len(broken) :], plan, reason) if reason else ():
                following.take(result)
            if form is not None and against is not None and not following.unwell and not reason:
                for path in arazzo.write_documents(jobs, following.kept, sandbox=against):
                    click.echo(f"wrote {path}", err=as_json)
        if updates:
            _write_recordings(selection, jobs, following)
        _tell(following, report)
    _end(following, interruption, otherwise)


def _write_recordings(selection: "Selection", jobs: "Sequence[Job]", following: "Following") -> None:
    from ..journeys.playing.recorded_files import Recorded, update
    from .results import updated

    results = following.kept[len(selection.broken) :]
    played: dict[str, dict[str, tuple[Script, JourneyResult]]] = {}
    for job, result in zip(jobs, results, strict=True):
        played.setdefault(job.script.file, {})[job.script.row] = (job.script, result)
    updates = [update(Recorded(Path(file), selection.rows[file], rows)) for file, rows in played.items()]
    for each in filter(None, updates):
        click.echo(updated(each), err=following.as_json)
    if not any(updates):
        click.echo("--update: none of these has `expect as recorded`", err=following.as_json)


def _list(selection: "Selection") -> None:
    titles = {script.name: script.title for script in selection.scripts}
    widest = max(map(len, titles), default=0)
    for name, title in titles.items():
        click.echo(fitted(f"{visible(name):<{widest}}  {visible(title)}"))
    if selection.broken:
        from ..journeys.text.mistakes import ScriptMistakes

        mistakes = [mistake for broken in selection.broken for mistake in broken.mistakes]
        click.echo(f"\n{_how_many(selection.broken)}\n\n{fitted(_seen(str(ScriptMistakes(mistakes))))}", err=True)
        raise click.exceptions.Exit(2)


def _seen(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def _how_many(broken: "Sequence[Broken]") -> str:
    mistakes = sum(len(each.mistakes) for each in broken)
    return f"{counted(mistakes, 'mistake')} in {counted(len(broken), 'script')}"


def _tell(following: "Following", report: Path | None) -> None:
    """The counts, and the evidence."""
    following.end()
    if report is not None:
        from ..journeys import evidence

        evidence.write(report, following.kept)
        click.echo(
            f"wrote {report / 'report.html'}, junit.xml, trace.json and mermaid/ beside it", err=following.as_json
        )


def _end(following: "Following", interruption: Interruption, otherwise: int | None = None) -> None:
    exit_code = following.exit_code if otherwise is None else otherwise
    if interruption.number:
        exit_code = interruption.exit_code
    if exit_code:
        raise click.exceptions.Exit(exit_code)

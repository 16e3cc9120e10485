"""`bank-app-sim run`: journeys, many at once, with what came of each."""

import json
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..journeys.results import JourneyResult


class BrokenScript(click.ClickException):
    """What was asked for was asked rightly; what it names cannot be played."""

    exit_code = 2


@click.command()
@click.argument("journeys", nargs=-1, metavar="[SCRIPT|NAME]...")
@click.option("--list", "lists", is_flag=True, help="Say what each journey is about, and play none.")
@click.option("-k", "keyword", metavar="WORDS", help="Only those with these words in name, title, file or row.")
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
@click.option(
    "--event-loop", type=click.Choice(["asyncio", "trio"]), default="asyncio", show_default=True, help="Which to use."
)
@click.option("-j", "--workers", type=click.IntRange(1), metavar="N", help="Processes; as many as cores by default.")
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
    """Play journeys: files, folders, or names of the library; the whole library, when nothing is named.

    FILE.arazzo.yaml is an Arazzo document, and run against the sandbox that it names, or that at --against.

    Each is played in a world of its own, in this process and in simulated time, or on a served sandbox. How to write
    one: bank_app_sim/docs/journeys.md, in the folder of the package.

    \b
    Examples:
      bank-app-sim run --list
      bank-app-sim run declined_then_accepted
      bank-app-sim run my.journey.yaml --report evidence
      bank-app-sim run journeys/ -k "webhook not lost" --repeat 20
    """
    from ..journeys import runner
    from ..journeys.mistakes import Mistake, ScriptMistakes
    from ..journeys.selection import NothingFound, selected
    from ..worlds import SandboxError

    if schema:
        from ..journeys.schema import as_json as schema_as_json

        click.echo(schema_as_json(), nl=False)
        return
    from . import arazzo

    if arazzo.are_documents(journeys):
        given = arazzo.inputs(inputs)
        results = arazzo.run_documents(journeys, given=given, against=against)
        _end(*_follow(results, len(results), as_json=as_json, keeps_all=True), report, as_json=as_json)
        return
    if form is not None and against is None:
        raise click.UsageError(
            "--export arazzo needs --against: the sandbox that the document is for; bank-app-sim serve"
        )
    try:
        scripts = selected(journeys, keyword=keyword)
    except ScriptMistakes as error:
        raise BrokenScript(f"{_number(len(error.mistakes), 'mistake')}\n\n{error}") from None
    except NothingFound as error:
        raise click.UsageError(str(error)) from None
    if lists:
        widest = max(len(script.name) for script in scripts)
        for name, title in dict.fromkeys((script.name, script.title) for script in scripts):
            click.echo(f"{name:<{widest}}  {title}")
        return
    keeps_all = report is not None or form is not None or as_json
    plan = runner.Plan(
        against=None if form else against,
        event_loop=event_loop,
        keeps_evidence=report is not None or form is not None,
        updates=updates,
    )
    jobs = [runner.Job(script, seed + n) for n in range(repeat) for script in scripts]
    runner.quiet_logs()
    played = runner.run(jobs, plan, workers=workers or os.cpu_count() or 1, stops_at_failure=fail_fast)
    try:
        kept, failed = _follow(played, len(jobs), as_json=as_json, keeps_all=keeps_all)
        if form is not None and against is not None and not failed:
            for path in arazzo.write_documents(jobs, kept, sandbox=against):
                click.echo(f"wrote {path}", err=as_json)
    except KeyboardInterrupt:
        raise click.Abort from None
    except (Mistake, SandboxError) as error:
        raise BrokenScript(str(error)) from None
    except runner.WorkerDied as error:
        raise click.ClickException(str(error)) from None
    _end(kept, failed, report, as_json=as_json)


def _end(kept: "Sequence[JourneyResult]", failed: int, report: Path | None, *, as_json: bool) -> None:
    if report is not None:
        from ..journeys import evidence

        evidence.write(report, kept)
        click.echo(f"wrote {report / 'report.html'}, junit.xml, trace.json and mermaid/ beside it", err=as_json)
    if failed:
        raise click.exceptions.Exit(1)


def _follow(
    results: "Iterable[JourneyResult]", total: int, *, as_json: bool, keeps_all: bool
) -> "tuple[list[JourneyResult], int]":
    """Show the results as they come; those that are to be kept, and how many have failed."""
    from ..journeys.results import Outcome
    from . import journeys as shown

    began = time.perf_counter()
    kept: list[JourneyResult] = []
    outcomes: list[Outcome] = []
    steps = 0
    with shown.progress(total) as progress:
        for result in results:
            outcomes.append(result.outcome)
            steps += sum(step.outcome is not Outcome.NOT_REACHED for step in result.steps)
            progress.advance()
            if keeps_all:
                kept.append(result)
            if not as_json and (total <= shown.FEW or result.outcome is Outcome.FAILED):
                progress.say(shown.line(result))
                if result.outcome is Outcome.FAILED:
                    progress.say(shown.why(result))
    failed = outcomes.count(Outcome.FAILED)
    if as_json:
        from ..journeys.results import as_json as plain

        journeys = [{**plain(result), "messages": None, "states": None} for result in kept]
        click.echo(json.dumps({"passed": len(outcomes) - failed, "failed": failed, "journeys": journeys}))
    else:
        click.echo(shown.summary(outcomes, steps, time.perf_counter() - began))
    return kept, failed


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

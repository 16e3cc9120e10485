"""`bank-app-sim run`: which journeys are meant, and what to do with them."""

from collections.abc import Sequence
from pathlib import Path

import click

from impact_sdk.parsing.visible import visible

from ..invocation import command
from ..journeys import evidence
from ..journeys.scripts import schema
from ..journeys.scripts.selection import NothingFound, Selection, selected
from . import documents, listing
from .event_loop import EventLoop
from .playing import How, play

HELP = """Play journeys: files, folders, or names as --list has them; without any, the whole library.

FILE.arazzo.yaml is an Arazzo document. It runs against the sandbox that it names, or against the one at --against.

Each journey is played in a world of its own: in this process and in simulated time, or on a served sandbox. How to
write one: bank_app_sim/docs/journeys.md, in the folder of the package.

\b
Exit code:
  0    all passed
  1    at least one failed
  2    wrong use; or something could not be played, such as a script with a mistake: the others were played
  130  interrupted by Ctrl-C (143: by SIGTERM); the results so far are printed

\b
Examples:
  bank-app-sim run --list
  bank-app-sim run declined_then_accepted
  bank-app-sim run my.journey.yaml --report evidence
  bank-app-sim run journeys/ -k "webhook not lost" --repeat 20
"""


def _print_schema(ctx: click.Context, _parameter: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        click.echo(schema.as_json(), nl=False)
        ctx.exit()


@click.command(help=HELP)
@click.argument("journeys", nargs=-1, metavar="[SCRIPT|NAME]...")
@click.option("--list", "lists", is_flag=True, help="Print the title of each journey, and play none.")
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
    help="Play each journey N times, each time with the next seed.",
)
@click.option("--fail-fast", is_flag=True, help="Begin no more journeys once one has failed.")
@click.option("--update", "updates", is_flag=True, help="Write recorded expectations again.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write evidence there.")
@click.option("--against", metavar="URL", help="Play on the sandbox served there, each journey in a world of its own.")
@click.option("--event-loop", type=EventLoop(), default="asyncio", show_default=True, help="Which to use.")
@click.option(
    "-j",
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Number of processes. By default one for each core, and one for up to 16 journeys.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option(
    "--export",
    type=click.Choice(["arazzo"]),
    help="Write the API calls of each journey to NAME.arazzo.yaml, to run in a world of the sandbox at --against.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input of an Arazzo document, instead of its default. Repeat it for several inputs.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of scripts, for editors.",
)
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
    export: str | None,
    inputs: Sequence[str],
) -> None:
    """List or play journeys, or run Arazzo documents; see HELP."""
    if report is not None and not lists:
        evidence.clear(report)  # if nothing is played, nobody takes the last report for this run's
    if documents.are_documents(journeys):
        documents.run(journeys, inputs=documents.inputs(inputs), against=against, report=report, as_json=as_json)
        return
    if export and against is None:
        example = command("serve")
        raise click.UsageError(f"--export arazzo needs --against: the sandbox that the document is for; {example}")
    selection = _selected(journeys, keyword, begins_below)
    if lists:
        listing.print_list(selection)
        return
    play(selection, How(seed, repeat, fail_fast, updates, report, against, event_loop, workers, as_json, bool(export)))


def _selected(journeys: Sequence[str], keyword: str | None, begins_below: Path | None) -> Selection:
    try:
        selection = selected(journeys, keyword=keyword, begins_below=begins_below)
    except NothingFound as error:
        raise click.UsageError(str(error)) from None
    for path in selection.left_out:
        click.echo(f"left out: {visible(str(path))} looks like a journey; one is called *.journey.yaml", err=True)
    return selection

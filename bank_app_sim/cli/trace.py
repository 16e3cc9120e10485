"""`bank-app-sim trace`: compares the traces of two reports."""

from pathlib import Path

import click

from ..journeys.evidence.comparison import compare
from ..journeys.evidence.trace_file import NoTrace, read
from . import partings


@click.group()
def trace() -> None:
    """Look into the trace.json of a report."""


@trace.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--exact", is_flag=True, help="Compare ids as well: for two runs with one seed.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.pass_context
def diff(context: click.Context, a: Path, b: Path, exact: bool, as_json: bool) -> None:
    """Show where two runs part: for each journey the first message that differs between A and B.

    Two seeds give different ids everywhere. So two ids count as the same if they first appear at the same place.
    Journeys are matched by name and row. The exit code is 0 if all is the same, and 1 if not.

    \b
    Example:
      bank-app-sim demo --in-process --seed 7 --output seven
      bank-app-sim demo --in-process --seed 8 --output eight
      bank-app-sim trace diff seven/trace.json eight/trace.json
    """
    try:
        first, second = read(a), read(b)
    except NoTrace as error:
        raise click.UsageError(str(error)) from error
    comparison = compare(first, second, exact=exact)
    if as_json:
        click.echo(partings.as_json(comparison))
    else:
        partings.print_comparison(comparison, messages=sum(len(journey.messages) for journey in first))
    context.exit(0 if comparison.is_same else 1)

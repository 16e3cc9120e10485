"""`bank-app-sim run --list`: the name and the title of each journey."""

import click

from impact_sdk.parsing.visible import visible

from ..journeys.scripts.selection import Selection
from ..journeys.text.mistakes import ScriptMistakes
from .paragraphs import fitted
from .results import mistakes_in


def print_list(selection: Selection) -> None:
    """Print the journeys to stdout and broken scripts to stderr; end with 2 if any script is broken."""
    titles = {script.name: script.title for script in selection.scripts}
    widest = max(map(len, titles), default=0)
    for name, title in titles.items():
        click.echo(fitted(f"{visible(name):<{widest}}  {visible(title)}"))
    if selection.broken:
        mistakes = str(ScriptMistakes([mistake for broken in selection.broken for mistake in broken.mistakes]))
        shown = "\n".join(map(visible, mistakes.split("\n")))
        click.echo(f"\n{mistakes_in(selection.broken)}\n\n{fitted(shown)}", err=True)
        raise click.exceptions.Exit(2)

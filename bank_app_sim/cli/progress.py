"""A progress bar for journeys, shown only on a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

import attrs
import click

from . import paragraphs


@attrs.frozen
class Progress:
    """Shows how many journeys have ended.

    Attributes:
        advance: Call it with the number of journeys that have ended since the last call.
    """

    advance: Callable[[int], None] = lambda journeys: None
    _print: Callable[[str], None] = click.echo

    def say(self, text: str) -> None:
        """Print above the bar."""
        self._print(paragraphs.fitted(text))


@contextlib.contextmanager
def progress(total: int) -> Iterator[Progress]:
    """A bar if stderr is a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    # Here because it takes a tenth of a second to import, and most runs need no bar.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("journeys", total=total)

        def advance(journeys: int) -> None:
            bar.advance(task, journeys)

        def print_above(text: str) -> None:
            bar.console.print(Text.from_ansi(text), soft_wrap=True)

        # The bar is on stderr. If stdout is a file, the results still go to that file.
        yield Progress(advance, print_above if sys.stdout.isatty() else click.echo)

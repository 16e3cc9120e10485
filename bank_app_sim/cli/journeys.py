"""What a person sees of journeys that are played: progress, one line each, and why one has failed."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from ..journeys.results import JourneyResult, Outcome
from ..trace import PARTICIPANTS

# Above that many, only those that fail get a line.
FEW = 100

# So many messages are shown before a failure.
LAST_MESSAGES = 12


@contextlib.contextmanager
def progress(total: int) -> Iterator["Progress"]:
    """A bar where there is a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("journeys", total=total)
        # Where the results go into a file, the bar is no reason to keep them from it.
        yield Progress(lambda: bar.advance(task), bar.console.print if sys.stdout.isatty() else None)


class Progress:
    """Told of each journey that has ended."""

    def __init__(self, advance: Any = lambda: None, above: Any = None) -> None:
        self.advance = advance
        self._above = above

    def say(self, text: str) -> None:
        """Print above the bar."""
        if self._above is None:
            click.echo(text)
        else:
            from rich.text import Text

            self._above(Text.from_ansi(text))


def line(result: JourneyResult) -> str:
    """One journey in one line."""
    name = f"{result.name}[{result.row}]" if result.row else result.name
    passed = result.outcome is Outcome.PASSED
    outcome = click.style("passed" if passed else "FAILED", fg="green" if passed else "red", bold=not passed)
    return f"{outcome}  {name}  {click.style(f'{len(result.steps)} steps, {result.seconds:.2f} s', dim=True)}"


def headline(result: JourneyResult) -> str:
    """Why a journey has failed, in a line."""
    step = innermost(result)
    if step is None or step.failure is None:
        return "it has failed"
    return f"expected {step.failure.expected}; there was {step.failure.found}"


def why(result: JourneyResult) -> str:
    """What a failing journey expected, what was there, what was said last, and how to repeat it."""
    step = innermost(result)
    if step is None or step.failure is None:
        return ""
    where = f"{result.file}:{step.line}" if step.line else result.file
    lines = [f"    step {step.number}, {where}", f"      {step.text}", ""]
    lines += [f"    expected   {step.failure.expected}", f"    there was  {step.failure.found}"]
    lines += [f"    way out    {step.failure.way_out}"] if step.failure.way_out else []
    if result.messages:
        last = result.messages[-LAST_MESSAGES:]
        lines += ["", f"    the last {len(last)} of {len(result.messages)} messages", *map(message_line, last)]
    lines += ["", f"    repeat it  {result.command}", ""]
    return "\n".join(lines)


def innermost(result: JourneyResult) -> Any:
    """The step that failed first; within a `meanwhile`, the one of the branch."""
    failed = [step for step in result.steps if step.outcome is Outcome.FAILED]
    return max(failed, key=lambda step: step.number.count("."), default=None)


def message_line(message: Mapping[str, Any]) -> str:
    """One message of a trace."""
    at = datetime.fromisoformat(message["at"])
    sender, receiver = PARTICIPANTS[message["from"]], PARTICIPANTS[message["to"]]
    arrow = "┄┄▷" if message["kind"] in ("return", "response") else "──▶"
    return f"      {at:%a %d %b %H:%M:%S}  {sender} {arrow} {receiver}  {message['label']}"


def summary(outcomes: Iterable[Outcome], steps: int, seconds: float) -> str:
    """How many passed and failed, and how quickly."""
    counted = list(outcomes)
    failed = sum(outcome is Outcome.FAILED for outcome in counted)
    passed = len(counted) - failed
    text = f"{passed} passed, {failed} failed; {steps:,} steps in {seconds:.2f} s"
    return click.style(text, fg="red" if failed else "green", bold=True)

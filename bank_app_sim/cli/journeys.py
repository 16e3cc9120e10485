"""What a person sees of journeys that are played: progress, one line each, and why one has failed."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from impact_sdk.parsing.visible import visible

from ..journeys.playing import last_messages
from ..journeys.playing.recorded_files import Update
from ..journeys.results import JourneyResult, Outcome, StepResult
from ..timeline.trace import Message
from . import paragraphs
from .paragraphs import counted

# Above that many, only those that are not well get a line.
FEW = 100

# So many of those that were skipped are named.
NAMED = 5

LOOKS = {
    Outcome.PASSED: ("passed", "green"),
    Outcome.FAILED: ("FAILED", "red"),
    Outcome.ERROR: ("ERROR ", "red"),
    Outcome.SKIPPED: ("skipped", "yellow"),
}


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
        above = (lambda text: _print_above(bar, text)) if sys.stdout.isatty() else None
        yield Progress(lambda journeys: bar.advance(task, journeys), above)


def _print_above(bar: Any, text: str) -> None:
    from rich.text import Text

    bar.console.print(Text.from_ansi(text), soft_wrap=True)


class Progress:
    """Told how many journeys have ended."""

    def __init__(self, advance: Any = lambda journeys: None, above: Any = None) -> None:
        self.advance = advance
        self._above = above

    def say(self, text: str) -> None:
        """Print above the bar."""
        text = paragraphs.fitted(text)
        if self._above is None:
            click.echo(text)
        else:
            self._above(text)


def played(result: JourneyResult) -> int:
    """How many of its steps were played."""
    return sum(step.outcome is not Outcome.NOT_REACHED for step in result.steps)


def line(result: JourneyResult) -> str:
    """One journey in one line."""
    word, colour = LOOKS[result.outcome]
    outcome = click.style(word, fg=colour, bold=result.outcome is not Outcome.PASSED)
    name = visible(result.full_name)
    if result.outcome is Outcome.ERROR:
        return f"{outcome}  {name}"
    reached, steps = played(result), len(result.steps)
    told = counted(steps, "step") if reached == steps else f"{reached:,} of {counted(steps, 'step')}"
    return f"{outcome}  {name}  {click.style(f'{told}, {result.seconds:.2f} s', dim=True)}"


def headline(result: JourneyResult) -> str:
    """Why a journey has failed, in a line."""
    if result.reason:
        return visible(result.reason.splitlines()[0])
    step = result.failed_step
    if step is None or step.failure is None:
        return "it has failed"
    return visible(f"expected {step.failure.expected}; there was {step.failure.found}")


def place_of(step: StepResult) -> str:
    """The file and the line that hold a step; what it is called, where nothing does."""
    return f"{step.file}:{step.line}" if step.file and step.line else step.file


def why(result: JourneyResult) -> str:
    """What a failing journey expected, what was there, what was said last, and how to repeat it."""
    if result.reason:
        return "\n".join([*(f"    {visible(each)}" for each in result.reason.splitlines()), ""])
    step = result.failed_step
    if step is None or step.failure is None:
        return ""
    where = ", ".join(filter(None, [f"step {step.number}", step.branch and f"in {step.branch}", place_of(step)]))
    failure = step.failure
    lines = [f"    {visible(where)}", f"      {visible(step.text)}", ""]
    lines += [f"    expected   {visible(failure.expected)}", f"    there was  {visible(failure.found)}"]
    lines += [f"    way out    {visible(failure.way_out)}"] if failure.way_out else []
    if result.messages:
        lines += ["", *_last_messages(result)]
    lines += ["", f"    repeat it  {result.command}", ""]
    return "\n".join(lines)


def _last_messages(result: JourneyResult) -> list[str]:
    rounds = last_messages.last_rounds([Message.from_json(values) for values in result.messages])
    lines = [f"    the last {last_messages.counted_in(rounds):,} of {counted(len(result.messages), 'message')}"]
    for each in rounds:
        lines += [f"      {last_messages.line(message)}" for message in each.messages]
        lines += [f"      {last_messages.again(each)}"] if each.times > 1 else []
    return lines


def skipped(reason: str, names: Sequence[str]) -> str:
    """Those that were not begun, and why."""
    word, colour = LOOKS[Outcome.SKIPPED]
    different = list(dict.fromkeys(names))  # with several seeds one comes several times
    more = f" and {len(different) - NAMED:,} more" if len(different) > NAMED else ""
    told = f"{counted(len(names), 'journey')}: {visible(', '.join(different[:NAMED]))}{more}"
    return paragraphs.fitted(f"{click.style(word, fg=colour)}  {told}; {visible(reason)}")


def updated(update: Update) -> str:
    """What has become of a file of recordings."""
    if not update.is_change:
        return f"unchanged {visible(str(update.path))}: {counted(update.unchanged, 'recording')}"
    parts = [
        f"{len(names)} {what} ({visible('; '.join(names[:NAMED]))}{'; …' if len(names) > NAMED else ''})"
        for what, names in (("new", update.added), ("changed", update.changed), ("removed", update.removed))
        if names
    ]
    parts += [f"{update.unchanged} unchanged"] if update.unchanged else []
    verb = "wrote" if update.added or update.changed or update.unchanged else "removed"
    return paragraphs.fitted(f"{verb} {visible(str(update.path))}: {', '.join(parts)}")


def list_of(results: Sequence[JourneyResult]) -> str:
    """Those that are not well, a line each."""
    lines = [f"{LOOKS[result.outcome][0]}  {visible(result.full_name)}: {headline(result)}" for result in results]
    # Each line by itself: a colour does not go on where a line is broken.
    broken = [part for each in lines for part in paragraphs.fitted(each).splitlines()]
    return "\n".join(click.style(part, fg="red") for part in broken)


def summary(outcomes: Mapping[Outcome, int], steps: int, seconds: float) -> str:
    """How many passed and failed, and how quickly."""
    parts = [f"{outcomes[Outcome.PASSED]:,} passed", f"{outcomes[Outcome.FAILED]:,} failed"]
    parts += [counted(outcomes[Outcome.ERROR], "error")] if outcomes[Outcome.ERROR] else []
    parts += [f"{outcomes[Outcome.SKIPPED]:,} skipped"] if outcomes[Outcome.SKIPPED] else []
    text = f"{', '.join(parts)}; {counted(steps, 'step')} in {seconds:.2f} s"
    is_well = not outcomes[Outcome.FAILED] and not outcomes[Outcome.ERROR]
    colour = "green" if is_well and not outcomes[Outcome.SKIPPED] else "yellow" if is_well else "red"
    return click.style(text, fg=colour, bold=True)

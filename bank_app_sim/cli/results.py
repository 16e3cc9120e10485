"""What `run` prints: one line for each journey, what was recorded, and the summary."""

from collections.abc import Mapping, Sequence

import click

from impact_sdk.parsing.visible import visible

from ..journeys.evidence.text import headline
from ..journeys.playing.recorded_files import Update
from ..journeys.results import JourneyResult, Outcome
from ..journeys.scripts.selection import Broken
from . import paragraphs
from .paragraphs import counted

# If there are more journeys than that, only those that did not pass get a line.
FEW = 100

# How many names a list of skipped journeys or of recordings has at most.
NAMED = 5

LOOKS = {
    Outcome.PASSED: ("passed", "green"),
    Outcome.FAILED: ("FAILED", "red"),
    Outcome.ERROR: ("ERROR ", "red"),
    Outcome.SKIPPED: ("skipped", "yellow"),
}


def played(result: JourneyResult) -> int:
    """How many of the journey's steps were played."""
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


def skipped(reason: str, names: Sequence[str]) -> str:
    """Which journeys did not begin, and why."""
    word, colour = LOOKS[Outcome.SKIPPED]
    different = list(dict.fromkeys(names))  # a journey that is played with several seeds occurs several times
    more = f" and {len(different) - NAMED:,} more" if len(different) > NAMED else ""
    told = f"{counted(len(names), 'journey')}: {visible(', '.join(different[:NAMED]))}{more}"
    return paragraphs.fitted(f"{click.style(word, fg=colour)}  {told}; {visible(reason)}")


def mistakes_in(broken: Sequence[Broken]) -> str:
    """How many mistakes there are in how many scripts."""
    return f"{counted(sum(len(each.mistakes) for each in broken), 'mistake')} in {counted(len(broken), 'script')}"


def updated(update: Update) -> str:
    """What `--update` did to a file of recordings."""
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
    """A line for each journey that did not pass."""
    lines = [f"{LOOKS[result.outcome][0]}  {visible(result.full_name)}: {headline(result)}" for result in results]
    # Colour each line separately: a colour ends where a line is broken.
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

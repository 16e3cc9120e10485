"""The results of a script's steps before they are played: each step has one, and is not reached yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ..results import Outcome, StepResult
from ..scripts.script import Doing, Expecting, Meanwhile, Recording, Step
from .files import from_here


def announced(steps: tuple[Step, ...], prefix: str = "", branch: str = "") -> Iterator[StepResult]:
    """A result for each step; the steps of branches follow the step that holds them."""
    for n, step in enumerate(steps, 1):
        number = f"{prefix}{n}"
        yield StepResult(
            number=number,
            text=_text(step),
            line=step.place.line or None,
            file=from_here(step.place.file, Path.cwd()) if step.place.file else "",
            branch=branch,
            outcome=Outcome.NOT_REACHED,
        )
        if isinstance(step, Meanwhile):
            for which, (name, inner) in enumerate(step.branches, 1):
                yield from announced(inner, f"{number}.{which}.", f"{branch} / {name}" if branch else name)


def _text(step: Step) -> str:
    """The step with what stands beside it."""
    if not isinstance(step, Doing):
        return step.text
    more = [f"times: {step.times}"] if step.times > 1 else []
    more += [f"fails: {step.fails}"] if step.fails else []
    more += [f"saying: {step.saying}"] if step.saying else []
    return ", ".join([step.text, *more])


def only_looks(step: Step) -> bool:
    """Whether the step changes nothing, and lets no time pass."""
    return isinstance(step, Recording) or (isinstance(step, Expecting) and step.within is None)


def asked_for(step: Step, now: datetime) -> timedelta:
    """How long a step itself says that it takes."""
    if isinstance(step, Expecting):
        return step.within or timedelta()
    values = step.arguments.values() if isinstance(step, Doing) else ()
    moments = [value - now for value in values if isinstance(value, datetime)]
    return max([timedelta(), *moments, *(value for value in values if isinstance(value, timedelta))])

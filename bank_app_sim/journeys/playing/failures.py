"""Errors of steps, as failures of a journey."""

from ..results import Failure
from ..scripts.language import FAILURES
from ..scripts.script import Doing
from ..steps.people import StepFailed

FAULT = "the SDK has no such error; it may be a fault of the simulator"


def unlike(step: Doing, error: Exception) -> Failure | None:
    """How an error differs from the one that the step names; None if it is that one."""
    names = [kind.__name__ for kind in type(error).__mro__]
    found = named(error)
    if step.fails is None:
        return Failure(expected="the step succeeds", found=found, way_out=_way_out(error))
    if step.fails not in names:
        return Failure(expected=f"fails: {step.fails}", found=found)
    if step.saying is not None and step.saying not in str(error):
        return Failure(expected=f"fails: {step.fails}, saying: {step.saying}", found=found)
    return None


def named(error: Exception) -> str:
    """The error with its type."""
    return f"{type(error).__name__}: {error}"


def _way_out(error: Exception) -> str:
    if type(error).__name__ in FAILURES.words:
        return f"if that is right, write beside the step: fails: {type(error).__name__}"
    return "" if isinstance(error, StepFailed) else FAULT

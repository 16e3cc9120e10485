"""Where the process may die at the worst moment, by name: to see that nothing is lost and nothing done twice."""

from collections.abc import Callable
from typing import Literal

from .provisioning import OrderState
from .transfers import AFTER_TELLING, TransferState

Crash = Callable[[str], None]
Work = Literal["provisioning", "transfers", "events"]


def due_not_done(work: Work, state: str) -> str:
    """The step is due, and its effect has not happened."""
    return f"{work}.{state}.due-not-done"


def done_not_written(work: Work, state: str) -> str:
    """The effect has happened, and nothing says so yet. Called within the transaction that is to write it down."""
    return f"{work}.{state}.done-not-written"


_STEPS: tuple[tuple[Work, str], ...] = (
    *(("provisioning", state) for state in OrderState if not state.is_final),
    ("transfers", TransferState.RECEIVED),
    *(("transfers", state) for state in dict.fromkeys(state for state, _ in AFTER_TELLING)),
)
CRASH_POINTS = tuple(point(work, state) for work, state in _STEPS for point in (due_not_done, done_not_written))

# An event has one step: to be taken in. A bank passes these two only when it reads events.
RECEIVED = "RECEIVED"
EVENT_CRASH_POINTS = tuple(point("events", RECEIVED) for point in (due_not_done, done_not_written))

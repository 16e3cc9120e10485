"""Where the process may die at the worst moment, by name: to see that nothing is lost and nothing done twice."""

from collections.abc import Callable
from typing import Literal

from .orders import OrderState
from .store.consents import TOLD
from .store.reports import ReportState
from .transfers import AFTER_TELLING, TransferState

Crash = Callable[[str], None]
Work = Literal["provisioning", "transfers", "events", "reports", "consents"]


def due_not_done(work: Work, state: str) -> str:
    """The step is due, and its effect has not happened."""
    return f"{work}.{state}.due-not-done"


def done_not_written(work: Work, state: str) -> str:
    """The effect has happened, and nothing says so yet. Called within the transaction that is to write it down."""
    return f"{work}.{state}.done-not-written"


_STEPS: tuple[tuple[Work, str], ...] = (
    *(("provisioning", state) for state in OrderState if not state.is_final and state is not OrderState.POSTED),
    ("transfers", TransferState.RECEIVED),
    *(("transfers", state) for state in dict.fromkeys(state for state, _ in AFTER_TELLING)),
)


def _points(*steps: tuple[Work, str]) -> tuple[str, ...]:
    return tuple(point(work, state) for work, state in steps for point in (due_not_done, done_not_written))


CRASH_POINTS = _points(*_STEPS)

# Passed only where an account is for one Dream, and when something moves without DES.
DREAM_CRASH_POINTS = _points(("provisioning", OrderState.POSTED))
REPORT_CRASH_POINTS = _points(("reports", ReportState.DUE))

# An event has one step: to be taken in. A bank passes these two only when it reads events.
RECEIVED = "RECEIVED"
EVENT_CRASH_POINTS = _points(("events", RECEIVED))

# What a customer says to a consent; a bank passes these only where customers sign.
CONSENT_CRASH_POINTS = tuple(point("consents", state) for state in TOLD for point in (due_not_done, done_not_written))

# Which of them a bank passes is a matter of how it is, and of what happens.
EVERY_CRASH_POINT = (
    *CRASH_POINTS,
    *EVENT_CRASH_POINTS,
    *DREAM_CRASH_POINTS,
    *REPORT_CRASH_POINTS,
    *CONSENT_CRASH_POINTS,
)

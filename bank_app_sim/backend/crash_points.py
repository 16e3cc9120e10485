"""Crash points: the worst moments for the process to die. Tests kill it there, and nothing is lost or done twice."""

from collections.abc import Callable
from typing import Literal

from .orders import OrderState
from .store.consents import TOLD
from .store.reports import ReportState
from .transfers import AFTER_TELLING, TransferState

Crash = Callable[[str], None]
Work = Literal["provisioning", "transfers", "events", "reports", "consents"]


def due_not_done(work: Work, state: str) -> str:
    """The step is due, and has not had its effect."""
    return f"{work}.{state}.due-not-done"


def done_not_written(work: Work, state: str) -> str:
    """The step has had its effect, and the transaction that writes it down is not committed."""
    return f"{work}.{state}.done-not-written"


_STEPS: tuple[tuple[Work, str], ...] = (
    *(("provisioning", state) for state in OrderState if not state.is_final and state is not OrderState.POSTED),
    ("transfers", TransferState.RECEIVED),
    *(("transfers", state) for state in dict.fromkeys(state for state, _ in AFTER_TELLING)),
)


def _points(*steps: tuple[Work, str]) -> tuple[str, ...]:
    return tuple(point(work, state) for work, state in steps for point in (due_not_done, done_not_written))


CRASH_POINTS = _points(*_STEPS)

# A bank passes these only if accounts are for one Dream, and if money moves without DES.
DREAM_CRASH_POINTS = _points(("provisioning", OrderState.POSTED))
REPORT_CRASH_POINTS = _points(("reports", ReportState.DUE))

# An event has one step: the bank takes it in. A bank passes these two only if it reads events.
RECEIVED = "RECEIVED"
EVENT_CRASH_POINTS = _points(("events", RECEIVED))

# A customer answers a consent. A bank passes these only if its customers sign consents.
CONSENT_CRASH_POINTS = tuple(point("consents", state) for state in TOLD for point in (due_not_done, done_not_written))

# Which of them a bank passes depends on its settings, and on what happens.
EVERY_CRASH_POINT = (
    *CRASH_POINTS,
    *EVENT_CRASH_POINTS,
    *DREAM_CRASH_POINTS,
    *REPORT_CRASH_POINTS,
    *CONSENT_CRASH_POINTS,
)

"""The results of journeys: plain values that travel between processes, and from which reports are made."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import cattrs

# A world at one moment: collections of things, by key, with their fields. Amounts are in cents.
State = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Outcome(enum.StrEnum):
    """How a step or a journey ended.

    A step is not reached if one before it failed. A journey is an error if it could not be played, such as one with a
    mistake in its script; it is skipped if the run ended before it.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    NOT_REACHED = "not reached"


@attrs.frozen(kw_only=True)
class Failure:
    """Why a step failed.

    Attributes:
        expected: What the step wanted, in the words of the script.
        found: What was there.
        way_out: What to look at or to do; empty if there is nothing to say.
    """

    expected: str
    found: str
    way_out: str = ""


@attrs.frozen(kw_only=True)
class StepResult:
    """The result of one step.

    Attributes:
        number: Where it stands: `3`, or `4.2.1` for the first step of the second branch of step 4.
        text: The step as it is written, on one line.
        line: Its line in `file`, from 1; None for a journey written in Python.
        file: The file that holds it: the script, or the one that the script begins with; empty for Python.
        branch: The names of the branches that it is within, the outermost first, as in `ada / her phone`; empty
            outside of `meanwhile`.
        began_at: Simulated time, RFC 3339 in UTC, as `ended_at`; empty for a step that was not reached.
        first_message: The `n` of the first message sent while it ran; `last_message` is smaller where there was none.
        before: Which of the journey's `states` there was before it; None where no states were kept.
        after: The same, after it.
    """

    number: str
    text: str
    line: int | None
    outcome: Outcome
    file: str = ""
    branch: str = ""
    began_at: str = ""
    ended_at: str = ""
    first_message: int = 1
    last_message: int = 0
    before: int | None = None
    after: int | None = None
    failure: Failure | None = None


@attrs.frozen(kw_only=True)
class JourneyResult:
    """The result of one journey in one world.

    Attributes:
        name: What it is known by, with its row: the name of its file, with as many folders as it takes to tell it from
            the others that were played.
        title: What it is about, in a line.
        file: The script; empty for a journey written in Python.
        row: The row of its table, as `name=value, …`; empty if there is no table.
        reason: Why it could not be played, or was skipped; empty for one that was played.
        world: Where it ran: `in process, asyncio`, or the address of a served sandbox.
        seconds: How long it took by the machine's clock.
        messages: The trace, as `bank_app_sim.timeline.trace.Message.as_json()` writes it; empty where none was kept.
        states: The different states, in the order in which they were first seen.
        command: Repeats just this.
        given: What there was before the first step, as far as the script or the one that it begins with says so.
        sources: The text of the script, and of the one that it begins with, by their files; empty where no evidence was
            kept.
        recorded: What was recorded, by the names of its recordings; empty unless recordings are updated.
    """

    name: str
    title: str
    file: str
    row: str
    seed: int
    world: str
    outcome: Outcome
    seconds: float
    steps: Sequence[StepResult]
    reason: str = ""
    messages: Sequence[Mapping[str, Any]] = ()
    states: Sequence[State] = ()
    command: str = ""
    given: Mapping[str, str] = attrs.field(factory=dict)
    sources: Mapping[str, str] = attrs.field(factory=dict)
    recorded: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def full_name(self) -> str:
        """With its row, as it can be typed."""
        return f"{self.name}[{self.row}]" if self.row else self.name

    @property
    def failed_step(self) -> StepResult | None:
        """The step that failed and says why; one that holds others fails with them, and has less to say than they."""
        failed = [step for step in self.steps if step.outcome is Outcome.FAILED]
        return max(failed, key=lambda step: (step.failure is not None, step.number.count(".")), default=None)


def as_json(result: JourneyResult) -> dict[str, Any]:
    """Plain JSON values."""
    values: dict[str, Any] = _converter.unstructure(result)
    return values


def from_json(values: Mapping[str, object]) -> JourneyResult:
    """The opposite of `as_json()`."""
    return _converter.structure(values, JourneyResult)


_converter = cattrs.Converter()

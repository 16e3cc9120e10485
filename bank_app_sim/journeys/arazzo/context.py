"""What the workflows of one run share, and what is noted of each of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs
import httpx

from impact_sdk import Clock

from ..results import Failure, Outcome, StepResult
from .document import Document, Part
from .lookup import Known
from .operations import DocumentOperation
from .recording import Recording

# A run with more attempts than this, beyond one for each step of the document, goes round in a loop: it is ended. Loops
# within loops count together.
MOST_STEPS_IN_LOOPS = 1_000
# Of all waits of a run. If a server wants a longer pause, a person should try again later.
LONGEST_WAIT_SECONDS = 600.0
# Workflows that run workflows, steps that run steps before they are tried again, and so on.
DEEPEST = 20


class StepFailed(Exception):
    """A step did not succeed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.found)
        self.failure = failure


@attrs.frozen
class Ended:
    """How a workflow ended, and its outputs."""

    passed: bool
    outputs: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.define(kw_only=True)
class RunContext:
    """What all workflows of a run share.

    Attributes:
        operations: The operation that each step calls, by workflow and step.
        inputs: Those that the user gave; the document has defaults for others.
        workflows: The inputs and outputs of those that have run.
        steps_left: How many attempts the run may still make.
        seconds_left: How long the run may still wait.
    """

    document: Document
    operations: Mapping[tuple[str, str], DocumentOperation]
    http: httpx.AsyncClient
    clock: Clock
    inputs: Mapping[str, Any] = attrs.field(repr=False)
    sources: Mapping[str, Mapping[str, Any]]
    workflows: dict[str, Mapping[str, Mapping[str, Any]]] = attrs.field(factory=dict, repr=False)
    steps_left: int = attrs.field(init=False)
    seconds_left: float = attrs.field(default=LONGEST_WAIT_SECONDS, init=False)

    def __attrs_post_init__(self) -> None:
        self.steps_left = MOST_STEPS_IN_LOOPS + sum(
            len(workflow.parts("steps")) for workflow in self.document.workflows.values()
        )

    def operation(self, workflow: Part, step: Part) -> DocumentOperation | None:
        """The operation that a step calls; None for a step that runs a workflow."""
        return self.operations.get((workflow.value["workflowId"], step.value["stepId"]))

    async def wait(self, seconds: float) -> None:
        """Wait before another attempt.

        Raises:
            StepFailed: The run has no time left for this wait.
        """
        if seconds > self.seconds_left:
            wanted = f"no more than {LONGEST_WAIT_SECONDS:.0f} seconds of waiting in all of a run"
            raise StepFailed(Failure(expected=wanted, found=f"another {seconds:.0f} seconds are asked for"))
        self.seconds_left -= seconds
        await self.clock.sleep(seconds)


@attrs.frozen(kw_only=True)
class WorkflowCall:
    """Another workflow to run.

    Attributes:
        parameters: They become its inputs.
        known: What the expressions in the parameters can refer to.
        number: Of the step that calls it.
        depth: How many calls the caller is within.
    """

    workflow: Part
    parameters: list[Part]
    known: Known
    number: str
    depth: int


@attrs.frozen(kw_only=True)
class StepTask:
    """One step that is to run, and all that it needs.

    Attributes:
        results: Of all steps of this run of a workflow, and of the workflows that it calls.
        call: Runs another workflow.
        known: What the step's expressions can refer to.
        number: Where the step stands: `3`, or `4.1` in a workflow that step 4 calls.
        depth: How many calls the step is within.
    """

    context: RunContext
    recording: Recording
    results: list[StepResult]
    call: Callable[[WorkflowCall], Awaitable[Ended]]
    workflow: Part
    step: Part
    known: Known
    number: str
    depth: int

    @property
    def operation(self) -> DocumentOperation | None:
        """The operation that the step calls; None if it runs a workflow."""
        return self.context.operation(self.workflow, self.step)

    async def call_workflow(self, workflow_id: str, parameters: list[Part]) -> Ended:
        """Run another workflow on behalf of this step."""
        return await self.call(
            WorkflowCall(
                workflow=self.context.document.workflows[workflow_id],
                parameters=parameters,
                known=self.known,
                number=self.number,
                depth=self.depth,
            )
        )


def not_reached(context: RunContext, workflow: Part, step: Part, number: str) -> StepResult:
    """The result of a step that the workflow did not come to."""
    return StepResult(
        number=number,
        text=text_of(step, context.operation(workflow, step)),
        line=context.document.source.line(step.at),
        outcome=Outcome.NOT_REACHED,
    )


def text_of(step: Part, operation: DocumentOperation | None) -> str:
    """A step on one line.

    Args:
        operation: What it calls; None if it runs a workflow.
    """
    if operation is None:
        return f"{step.value['stepId']}: workflow {step.value['workflowId']}"
    return f"{step.value['stepId']}: {operation.method} {operation.path}"

"""One workflow, step by step, and those that it calls."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ...timeline.clock import Clock
from ..results import Failure, Outcome, StepResult
from . import inputs
from .document import Document, Part
from .errors import ExpressionError, NoSuchValue
from .lookup import Known
from .operations import Operation
from .recording import Recording
from .requests import value_of
from .step import DEEPEST, Next, StepFailed, StepRun, output, text_of

if TYPE_CHECKING:
    import httpx

# A run of more steps than the document has goes round in a loop; one that does not end by itself is ended. Loops within
# loops count together.
MOST_STEPS_IN_LOOPS = 1_000
# Of all waits of a run. A server that wants to be left alone for longer is better asked again by a person.
LONGEST_WAIT_SECONDS = 600.0


@attrs.frozen
class Ended:
    """How a workflow ended, and what it gives."""

    passed: bool
    outputs: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.define(kw_only=True)
class World:
    """What all workflows of a run share.

    Attributes:
        operations: What each step calls, by workflow and step.
        given: The inputs that were given, and not left to the document.
        workflows: The inputs and outputs of those that have run.
        steps_left: How many attempts may still be made.
        seconds_left: How long may still be waited.
    """

    document: Document
    operations: Mapping[tuple[str, str], Operation]
    http: "httpx.AsyncClient"
    clock: Clock
    given: Mapping[str, Any] = attrs.field(repr=False)
    sources: Mapping[str, Mapping[str, Any]]
    workflows: dict[str, Mapping[str, Mapping[str, Any]]] = attrs.field(factory=dict, repr=False)
    steps_left: int = attrs.field(init=False)
    seconds_left: float = attrs.field(default=LONGEST_WAIT_SECONDS, init=False)

    def __attrs_post_init__(self) -> None:
        self.steps_left = MOST_STEPS_IN_LOOPS + sum(
            len(workflow.parts("steps")) for workflow in self.document.workflows.values()
        )

    async def wait(self, seconds: float) -> None:
        """Wait before another attempt; `StepFailed` where a run does not wait so long."""
        if seconds > self.seconds_left:
            wanted = f"no more than {LONGEST_WAIT_SECONDS:.0f} seconds of waiting in all of a run"
            raise StepFailed(Failure(expected=wanted, found=f"another {seconds:.0f} seconds are asked for"))
        self.seconds_left -= seconds
        await self.clock.sleep(seconds)


async def run_workflow(world: World, workflow: Part, recording: Recording) -> tuple[list[StepResult], bool]:
    """Run a workflow; returns what came of its steps, and whether it passed."""
    values = inputs.of_workflow(world.document, workflow, world.given)
    run = WorkflowRun(world, recording, [])
    ended = await run.workflow(workflow, values, "", 0)
    return run.results, ended.passed


@attrs.frozen
class WorkflowRun:
    """A workflow that runs, with those that it calls; `results` has what came of all their steps."""

    world: World
    recording: Recording
    results: list[StepResult]

    @property
    def document(self) -> Document:
        return self.world.document

    async def workflow(self, workflow: Part, values: Mapping[str, Any], number: str, depth: int) -> Ended:
        """Run the steps of a workflow.

        Args:
            number: Of the step that calls it, with a dot behind; empty for none.
        """
        for secret in inputs.secrets(self.document, workflow, values):
            self.recording.conceal.add(secret)
        known = Known(
            inputs=values,
            sources=self.world.sources,
            workflows=self.world.workflows,
            self_uri=self.document.source.value.get("$self"),
        )
        reached, passed = await self._steps(workflow, known, number, depth)
        for position, step in enumerate(workflow.parts("steps")):
            if position not in reached:
                self.results.append(self._not_reached(workflow, step, f"{number}{position + 1}"))
        outputs = self._outputs(workflow, known) if passed else {}
        self.world.workflows[workflow.value["workflowId"]] = {"inputs": values, "outputs": outputs}
        return Ended(passed, outputs)

    async def _steps(self, workflow: Part, known: Known, number: str, depth: int) -> tuple[set[int], bool]:
        """From the first step to wherever it ends; tells which steps were reached, and whether all went well."""
        steps = workflow.parts("steps")
        places = {step.value["stepId"]: position for position, step in enumerate(steps)}
        position, reached = 0, {0}
        while position < len(steps):
            reached.add(position)
            run = StepRun(self, workflow, steps[position], known, f"{number}{position + 1}", depth)
            passed, goes_on = await run.run()
            if goes_on is None:
                position += 1
            elif goes_on.step:
                position = places[goes_on.step]
            else:
                return reached, passed and await self._goes_well_elsewhere(run, goes_on)
        return reached, True

    async def _goes_well_elsewhere(self, run: StepRun, goes_on: Next) -> bool:
        if not goes_on.workflow:
            return True
        other = self.document.workflows[goes_on.workflow]
        try:
            ended = await self.called(other, list(goes_on.parameters), run.known, f"{run.number}.", run.depth)
        except StepFailed as failed:
            run.fail(failed.failure)
            return False
        return ended.passed

    async def called(self, other: Part, parameters: list[Part], known: Known, number: str, depth: int) -> Ended:
        """Run another workflow, with parameters as its inputs."""
        if depth >= DEEPEST:
            wanted = f"at most {DEEPEST} workflows within each other"
            raise StepFailed(Failure(expected=wanted, found=f"workflow {other.value['workflowId']!r} calls itself"))
        try:
            passed_on = {each.value["name"]: value_of(each.value["value"], known) for each in parameters}
            values = inputs.of_workflow(self.document, other, {**self.world.given, **passed_on})
        except (inputs.WrongInput, NoSuchValue, ExpressionError) as error:
            raise StepFailed(Failure(expected="a value for every input", found=str(error))) from error
        return await self.workflow(other, values, number, depth + 1)

    def _outputs(self, workflow: Part, known: Known) -> dict[str, Any]:
        """What a workflow gives. An output that it did not come to is left out: it may have ended early."""
        found = {}
        for name, value in workflow.value.get("outputs", {}).items():
            try:
                found[name] = output(value, known)
            except (NoSuchValue, ExpressionError):
                continue
        return found

    def operation(self, workflow: Part, step: Part) -> Operation | None:
        """What a step calls; None for one that runs a workflow."""
        return self.world.operations.get((workflow.value["workflowId"], step.value["stepId"]))

    def _not_reached(self, workflow: Part, step: Part, number: str) -> StepResult:
        return StepResult(
            number=number,
            text=text_of(step, self.operation(workflow, step)),
            line=self.document.source.line(step.at),
            outcome=Outcome.NOT_REACHED,
        )

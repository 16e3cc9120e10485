"""One workflow, step by step, and the workflows that it calls."""

from collections.abc import Mapping
from typing import Any

import attrs

from ..results import Failure, StepResult
from . import inputs
from .attempt import output
from .context import DEEPEST, Ended, RunContext, StepFailed, StepTask, WorkflowCall, not_reached
from .document import Part
from .errors import ExpressionError, NoSuchValue
from .lookup import Known
from .recording import Recording
from .requests import value_of
from .step import Next, StepRun


async def run_workflow(context: RunContext, workflow: Part, recording: Recording) -> tuple[list[StepResult], bool]:
    """Run a workflow.

    Returns:
        The results of its steps, and whether it passed.
    """
    values = inputs.of_workflow(context.document, workflow, context.inputs)
    run = _WorkflowRun(context, recording, [])
    ended = await run.workflow(workflow, values, "", 0)
    return run.results, ended.passed


@attrs.frozen
class _WorkflowRun:
    """A workflow that runs, with those that it calls; `results` has the steps of all of them."""

    context: RunContext
    recording: Recording
    results: list[StepResult]

    async def workflow(self, workflow: Part, values: Mapping[str, object], number: str, depth: int) -> Ended:
        """Run the steps of a workflow.

        Args:
            number: Of the step that calls it, followed by a dot; empty for none.
        """
        document = self.context.document
        for secret in inputs.secrets(document, workflow, values):
            self.recording.conceal.add(secret)
        known = Known(
            inputs=values,
            sources=self.context.sources,
            workflows=self.context.workflows,
            self_uri=document.source.value.get("$self"),
        )
        reached, passed = await self._steps(workflow, known, number, depth)
        self.results.extend(
            not_reached(self.context, workflow, step, f"{number}{position + 1}")
            for position, step in enumerate(workflow.parts("steps"))
            if position not in reached
        )
        outputs = self._outputs(workflow, known) if passed else {}
        self.context.workflows[workflow.value["workflowId"]] = {"inputs": values, "outputs": outputs}
        return Ended(passed, outputs)

    async def _steps(self, workflow: Part, known: Known, number: str, depth: int) -> tuple[set[int], bool]:
        """Run from the first step to the end; returns the steps that were reached, and whether all went well."""
        steps = workflow.parts("steps")
        places = {step.value["stepId"]: position for position, step in enumerate(steps)}
        position, reached = 0, {0}
        while position < len(steps):
            reached.add(position)
            task = StepTask(
                context=self.context,
                recording=self.recording,
                results=self.results,
                call=self.called,
                workflow=workflow,
                step=steps[position],
                known=known,
                number=f"{number}{position + 1}",
                depth=depth,
            )
            run = StepRun(task)
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
        try:
            ended = await run.task.call_workflow(goes_on.workflow, list(goes_on.parameters))
        except StepFailed as failed:
            run.fail(failed.failure)
            return False
        return ended.passed

    async def called(self, call: WorkflowCall) -> Ended:
        """Run another workflow."""
        other, document = call.workflow, self.context.document
        if call.depth >= DEEPEST:
            wanted = f"at most {DEEPEST} workflows within each other"
            raise StepFailed(Failure(expected=wanted, found=f"workflow {other.value['workflowId']!r} calls itself"))
        try:
            passed_on = {each.value["name"]: value_of(each.value["value"], call.known) for each in call.parameters}
            values = inputs.of_workflow(document, other, {**self.context.inputs, **passed_on})
        except (inputs.WrongInput, NoSuchValue, ExpressionError) as error:
            raise StepFailed(Failure(expected="a value for every input", found=str(error))) from error
        return await self.workflow(other, values, f"{call.number}.", call.depth + 1)

    def _outputs(self, workflow: Part, known: Known) -> dict[str, Any]:
        """The outputs of a workflow. If it ended early, some have no value: they are left out."""
        found = {}
        for name, value in workflow.value.get("outputs", {}).items():
            try:
                found[name] = output(value, known)
            except (NoSuchValue, ExpressionError):
                continue
        return found

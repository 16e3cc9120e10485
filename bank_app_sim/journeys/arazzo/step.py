"""One step with all its attempts, and where the workflow goes on after it."""

import attrs

from impact_sdk.parsing import server_time
from impact_sdk.parsing.retry_after import seconds
from impact_sdk.parsing.visible import visible

from ..results import Failure, Outcome, StepResult
from . import criteria
from .attempt import attempt
from .context import DEEPEST, StepFailed, StepTask, text_of
from .document import Part

LONGEST_SHOWN = 2_000


@attrs.frozen
class Next:
    """Where a workflow goes on: at a step, in another workflow, or (neither) nowhere."""

    step: str = ""
    workflow: str = ""
    parameters: tuple[Part, ...] = ()


@attrs.define
class StepRun:
    """One step that runs."""

    task: StepTask
    began_at: str = attrs.field(init=False)
    first_message: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.began_at = self.task.recording.now()
        self.first_message = self.task.recording.last + 1

    async def run(self) -> tuple[bool, Next | None]:
        """Try until the step succeeds or gives up.

        Returns:
            Whether all is well, and where to go on; None means the next step.
        """
        place = len(self.task.results)
        tried: dict[str, int] = {}
        while True:
            try:
                self._count_attempt()
                failure = await attempt(self.task)
                action = await self._action(failure, tried)
            except StepFailed as failed:  # the run is too long, or something before another attempt went wrong
                failure, action = failed.failure, None
            if action is None or action.value["type"] != "retry":
                return self._ended(action, failure, place)

    def _count_attempt(self) -> None:
        if self.task.context.steps_left == 0:
            raise StepFailed(
                Failure(
                    expected="a run that ends",
                    found="its actions ('goto', 'retry') and the workflows that it calls go round in circles",
                    way_out="give the action criteria that do not hold for ever",
                )
            )
        self.task.context.steps_left -= 1

    def _ended(self, action: Part | None, failure: Failure | None, place: int) -> tuple[bool, Next | None]:
        if failure is not None and (action is None or action.value["type"] == "end"):
            self.fail(failure, place=place)
            return False, Next()
        goes_on = "" if failure is None or action is None else f", which failed: goes on by {action.value['name']!r}"
        self._note(place, Outcome.PASSED, None, goes_on)
        if action is None:
            return True, None
        if action.value["type"] == "end":
            return True, Next()
        parameters = tuple(self.task.context.document.listed(action, "parameters"))
        return True, Next(action.value.get("stepId", ""), action.value.get("workflowId", ""), parameters)

    async def _action(self, failure: Failure | None, tried: dict[str, int]) -> Part | None:
        """The document's action after an attempt. For a retry, its wait is over when this returns."""
        task = self.task
        for action in task.context.document.actions(task.workflow, task.step, succeeded=failure is None):
            if not criteria.all_hold(action, task.known):
                continue
            if action.value["type"] != "retry":
                return action
            name = action.value["name"]
            if tried.get(name, 0) < action.value.get("retryLimit", 1):
                tried[name] = tried.get(name, 0) + 1
                await self._before_retry(action)
                return action
        return None

    async def _before_retry(self, action: Part) -> None:
        task = self.task
        await task.context.wait(self._wait(action))
        if "workflowId" in action.value:
            parameters = task.context.document.listed(action, "parameters")
            await task.call_workflow(action.value["workflowId"], parameters)
        elif "stepId" in action.value:
            if task.depth >= DEEPEST:
                wanted = f"at most {DEEPEST} steps within each other"
                raise StepFailed(Failure(expected=wanted, found=f"{action.value['name']!r} leads back to itself"))
            steps = task.workflow.parts("steps")
            place = next(n for n, step in enumerate(steps) if step.value["stepId"] == action.value["stepId"])
            number = f"{task.number}.{place + 1}"
            await StepRun(attrs.evolve(task, step=steps[place], number=number, depth=task.depth + 1)).run()

    def _wait(self, action: Part) -> float:
        """How many seconds to wait: `Retry-After` of the answer overrules the document."""
        exchange = self.task.known.exchange
        headers = exchange.response_headers if exchange else {}
        received_at = self.task.context.clock.now()
        told = seconds(headers.get("retry-after", ""), server_time.at(headers, received_at))
        return float(action.value.get("retryAfter", 0)) if told is None else told

    def fail(self, failure: Failure, *, place: int | None = None) -> None:
        """Note that the step failed, without secrets."""
        conceal = self.task.recording.conceal.text
        shown = Failure(
            expected=visible(failure.expected, longest=LONGEST_SHOWN),
            found=visible(conceal(failure.found), longest=LONGEST_SHOWN),
            way_out=visible(failure.way_out, longest=LONGEST_SHOWN),
        )
        self._note(len(self.task.results) if place is None else place, Outcome.FAILED, shown, "")

    def _note(self, place: int, outcome: Outcome, failure: Failure | None, more: str) -> None:
        """Insert the result at `place`: before the steps of a workflow that this step called."""
        task = self.task
        result = StepResult(
            number=task.number,
            text=text_of(task.step, task.operation) + more,
            line=task.context.document.source.line(task.step.at),
            outcome=outcome,
            began_at=self.began_at,
            ended_at=task.recording.now(),
            first_message=self.first_message,
            last_message=task.recording.last,
            failure=failure,
        )
        task.results.insert(place, result)

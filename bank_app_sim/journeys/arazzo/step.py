"""One step: what is sent, whether it succeeded, and where the workflow goes on."""

import json
from typing import TYPE_CHECKING, Any

import attrs

from impact_sdk.parsing.visible import visible

from ...invocation import command
from ...server import retry_after
from ..results import Failure, Outcome, StepResult
from . import criteria
from .answers import AnswerTooLarge
from .document import Part
from .errors import ExpressionError, NoSuchValue
from .extensions import how_to_serve
from .lookup import Exchange, Known
from .operations import Operation
from .requests import CannotBeSent, Prepared, prepare, secrets_in, select, send

if TYPE_CHECKING:
    from .workflow import WorkflowRun

DEFAULT_TIMEOUT_SECONDS = 30.0
LONGEST_SHOWN = 2_000
# Workflows that run workflows, steps that run steps before they are tried again, and so on.
DEEPEST = 20


class StepFailed(Exception):
    """A step did not succeed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.found)
        self.failure = failure


@attrs.frozen
class Next:
    """Where a workflow goes on: at a step, in another workflow, or (neither) nowhere."""

    step: str = ""
    workflow: str = ""
    parameters: tuple[Part, ...] = ()


@attrs.define
class StepRun:
    """What comes of one step, with all its attempts."""

    of: "WorkflowRun"
    workflow: Part
    step: Part
    known: Known
    number: str
    depth: int
    began_at: str = attrs.field(init=False)
    first_message: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.began_at = self.of.recording.now()
        self.first_message = self.of.recording.last + 1

    async def run(self) -> tuple[bool, Next | None]:
        """Until it succeeds, or is given up. Tells whether all is well, and where to go on; None is the next step."""
        place = len(self.of.results)
        tried: dict[str, int] = {}
        while True:
            if self.of.world.steps_left == 0:
                self.fail(_endless(), place=place)
                return False, Next()
            self.of.world.steps_left -= 1
            failure = await self._attempt()
            try:
                action = await self._action(failure, tried)
            except StepFailed as failed:  # what was to be done before another attempt
                self.fail(failed.failure, place=place)
                return False, Next()
            if action is None and failure is not None:
                self.fail(failure, place=place)
                return False, Next()
            if action is None:
                self._pass(place)
                return True, None
            if action.value["type"] == "retry":
                continue
            return self._ended(action, failure, place)

    def _ended(self, action: Part, failure: Failure | None, place: int) -> tuple[bool, Next | None]:
        if action.value["type"] == "end" and failure is not None:
            self.fail(failure, place=place)
            return False, Next()
        self._pass(place, "" if failure is None else f", which failed: goes on by {action.value['name']!r}")
        if action.value["type"] == "end":
            return True, Next()
        parameters = tuple(self.of.document.listed(action, "parameters"))
        return True, Next(action.value.get("stepId", ""), action.value.get("workflowId", ""), parameters)

    async def _action(self, failure: Failure | None, tried: dict[str, int]) -> Part | None:
        """What the document wants after an attempt. Before another attempt, its wait is over when this returns."""
        for action in self.of.document.actions(self.workflow, self.step, succeeded=failure is None):
            if not criteria.all_hold(action, self.known):
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
        await self.of.world.wait(self._wait(action))
        other = action.value.get("workflowId")
        if other is not None:
            parameters = self.of.document.listed(action, "parameters")
            workflow = self.of.document.workflows[other]
            await self.of.called(workflow, parameters, self.known, f"{self.number}.", self.depth)
        elif "stepId" in action.value:
            if self.depth >= DEEPEST:
                wanted = f"at most {DEEPEST} steps within each other"
                raise StepFailed(Failure(expected=wanted, found=f"{action.value['name']!r} leads back to itself"))
            steps = {step.value["stepId"]: step for step in self.workflow.parts("steps")}
            step = steps[action.value["stepId"]]
            number = f"{self.number}.{step.at[-1] + 1}"  # type: ignore[operator]
            await StepRun(self.of, self.workflow, step, self.known, number, self.depth + 1).run()

    def _wait(self, action: Part) -> float:
        """`Retry-After` of the answer overrules what the document says."""
        exchange = self.known.exchange
        headers = exchange.response_headers if exchange else {}
        told = retry_after.asked_for(headers, self.of.world.clock.now())
        return float(action.value.get("retryAfter", 0)) if told is None else told

    async def _attempt(self) -> Failure | None:
        """Do what the step says, once; None where it succeeded."""
        try:
            self._check_needed()
            if "workflowId" in self.step.value:
                await self._call_workflow()
            else:
                await self._call_operation()
        except StepFailed as failed:
            return failed.failure
        except CannotBeSent as error:
            return Failure(expected="a request that can be sent", found=str(error))
        except (NoSuchValue, ExpressionError) as error:
            return Failure(expected="a value for every expression", found=str(error))
        return None

    def _check_needed(self) -> None:
        missing = [needed for needed in self.step.value.get("dependsOn", ()) if needed not in self.known.steps]
        if missing:
            found = f"{', '.join(map(repr, missing))} did not"
            raise StepFailed(Failure(expected="the steps that it depends on to succeed before", found=found))

    async def _call_workflow(self) -> None:
        document = self.of.document
        other = document.workflows[self.step.value["workflowId"]]
        parameters = document.parameters(self.workflow, self.step)
        ended = await self.of.called(other, parameters, self.known, f"{self.number}.", self.depth)
        if not ended.passed:
            wanted = f"workflow {other.value['workflowId']!r} to pass"
            raise StepFailed(Failure(expected=wanted, found="it failed; see its steps"))
        self.known.outputs = ended.outputs
        self._judge()

    async def _call_operation(self) -> None:
        operation = self.of.operation(self.workflow, self.step)
        assert operation is not None  # else it runs a workflow
        self.known.exchange = None
        prepared = prepare(self.of.document, self.workflow, self.step, operation, self.known)
        conceal = self.of.recording.conceal
        for secret in secrets_in(prepared.headers):
            conceal.add(secret)
        conceal.learn(prepared.body)
        sender = self.of.recording.request(operation, prepared)
        exchange = await self._answer(prepared, operation)
        for secret in secrets_in(exchange.response_headers):
            conceal.add(secret)
        conceal.learn(exchange.response_body)
        self.known.exchange = exchange
        self.of.recording.answer(sender, exchange)
        self._judge()

    async def _answer(self, prepared: Prepared, operation: Operation) -> Exchange:
        import httpx

        milliseconds = self.step.value.get("timeout")
        seconds = DEFAULT_TIMEOUT_SECONDS if milliseconds is None else milliseconds / 1000
        self.of.world.http.cookies.clear()  # a cookie is sent where the document says so
        try:
            return await send(self.of.world.http, prepared, timeout_seconds=seconds)
        except (AnswerTooLarge, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            found = f"none from {operation.server}: {str(error) or type(error).__name__}"
            way_out = f"is the sandbox running? `{command('serve')}` starts one, --against URL names another"
            raise StepFailed(Failure(expected="an answer", found=found, way_out=way_out)) from error

    def _judge(self) -> None:
        """Note the outputs of what has succeeded."""
        wrong = criteria.unfulfilled(self.step, self.known)
        if wrong is not None:
            raise StepFailed(self._failure(*wrong))
        exchange = self.known.exchange
        says_nothing = "successCriteria" not in self.step.value and "workflowId" not in self.step.value
        if says_nothing and exchange is not None and exchange.status >= criteria.FIRST_ERROR:
            wanted = f"a status below {criteria.FIRST_ERROR}, as no successCriteria say otherwise"
            raise StepFailed(Failure(expected=wanted, found=_answered(exchange)))
        outputs = self.step.value.get("outputs", {})
        self.known.steps[self.step.value["stepId"]] = {name: output(each, self.known) for name, each in outputs.items()}

    def _failure(self, criterion: Part, found: str) -> Failure:
        exchange = self.known.exchange
        errors = exchange.response_body if exchange is not None and exchange.status >= criteria.FIRST_ERROR else None
        place = self.of.document.source.places[(*criterion.at, "condition")]
        return Failure(
            expected=str(criterion.value["condition"]),
            found=found if errors is None else f"{found}; the answer says {json.dumps(errors, ensure_ascii=False)}",
            way_out=f"{self.of.document.source.file}:{place.line}:{place.column} says what is expected{self._fresh()}",
        )

    def _fresh(self) -> str:
        command = how_to_serve(self.of.document.source.value)
        return "" if command is None else f", of a sandbox in which nothing has happened yet: {command}"

    def _pass(self, place: int, more: str = "") -> None:
        self._note(place, Outcome.PASSED, None, more)

    def fail(self, failure: Failure, *, place: int | None = None) -> None:
        conceal = self.of.recording.conceal.text
        shown = Failure(
            expected=visible(failure.expected, longest=LONGEST_SHOWN),
            found=visible(conceal(failure.found), longest=LONGEST_SHOWN),
            way_out=visible(failure.way_out, longest=LONGEST_SHOWN),
        )
        self._note(len(self.of.results) if place is None else place, Outcome.FAILED, shown, "")

    def _note(self, place: int, outcome: Outcome, failure: Failure | None, more: str) -> None:
        """Before the steps of the workflow that it called, if any."""
        operation = self.of.operation(self.workflow, self.step)
        result = StepResult(
            number=self.number,
            text=text_of(self.step, operation) + more,
            line=self.of.document.source.line(self.step.at),
            outcome=outcome,
            began_at=self.began_at,
            ended_at=self.of.recording.now(),
            first_message=self.first_message,
            last_message=self.of.recording.last,
            failure=failure,
        )
        self.of.results.insert(place, result)


def text_of(step: Part, operation: Operation | None) -> str:
    """A step on one line.

    Args:
        operation: What it calls; None where it runs a workflow.
    """
    if operation is None:
        return f"{step.value['stepId']}: workflow {step.value['workflowId']}"
    return f"{step.value['stepId']}: {operation.method} {operation.path}"


def output(value: Any, known: Known) -> Any:
    """What an output stands for.

    Raises:
        NoSuchValue: Nothing is there.
    """
    return select(value, known) if isinstance(value, dict) else known.fill(value)


def _endless() -> Failure:
    return Failure(
        expected="a run that ends",
        found="its actions ('goto', 'retry') and the workflows that it calls go round in circles",
        way_out="give the action criteria that do not hold for ever",
    )


def _answered(exchange: Exchange) -> str:
    return f"{exchange.status}: {json.dumps(exchange.response_body, ensure_ascii=False)}"

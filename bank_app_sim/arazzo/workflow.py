"""One workflow, step by step: what is sent, whether it succeeded, and what comes next."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ..clock import Clock
from ..journeys.results import Failure, Outcome, StepResult
from . import criteria, inputs
from .document import Document, Part
from .errors import ExpressionError, NoSuchValue
from .lookup import Exchange, Known
from .operations import Operation
from .recording import Recording
from .requests import prepare, secrets_in, select, send, value_of

if TYPE_CHECKING:
    import httpx

# A loop of `goto` that does not end by itself is ended after so many steps.
MOST_STEPS = 10_000
# Workflows that run workflows, and so on.
DEEPEST = 20

DEFAULT_TIMEOUT_SECONDS = 30.0


@attrs.define(kw_only=True)
class World:
    """What all workflows of a run share.

    Attributes:
        operations: What each step calls, by workflow and step.
        given: The inputs that were given, and not left to the document.
        workflows: The inputs and outputs of those that have run.
    """

    document: Document
    operations: Mapping[tuple[str, str], Operation]
    http: "httpx.AsyncClient"
    clock: Clock
    given: Mapping[str, Any] = attrs.field(repr=False)
    sources: Mapping[str, Mapping[str, Any]]
    workflows: dict[str, Mapping[str, Mapping[str, Any]]] = attrs.field(factory=dict, repr=False)


async def run_workflow(world: World, workflow: Part, recording: Recording) -> tuple[list[StepResult], bool]:
    """Run a workflow; returns what came of its steps, and whether it passed."""
    values = inputs.of_workflow(world.document, workflow, world.given)
    run = _Run(world, recording, [])
    ended = await run.workflow(workflow, values, "", 0)
    return run.results, ended.passed


class _StepFailed(Exception):
    """A step did not succeed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.found)
        self.failure = failure


@attrs.frozen
class _Ended:
    passed: bool
    outputs: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen
class _Next:
    """Where a workflow goes on: at a step, in another workflow, or (neither) nowhere."""

    step: str = ""
    workflow: str = ""
    parameters: tuple[Part, ...] = ()


@attrs.frozen
class _Run:
    world: World
    recording: Recording
    results: list[StepResult]

    @property
    def document(self) -> Document:
        return self.world.document

    async def workflow(self, workflow: Part, values: Mapping[str, Any], number: str, depth: int) -> _Ended:
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
        steps = workflow.parts("steps")
        places = {step.value["stepId"]: position for position, step in enumerate(steps)}
        position, taken, reached, passed = 0, 0, set(), True
        while position < len(steps):
            step, taken = steps[position], taken + 1
            reached.add(position)
            came = _Came(self, workflow, step, known, f"{number}{position + 1}", depth)
            if taken > MOST_STEPS:
                came.fail(_endless())
                passed = False
                break
            passed, goes_on = await came.run()
            if goes_on is None:
                position += 1
            elif goes_on.step:
                position = places[goes_on.step]
            else:
                if goes_on.workflow:
                    passed = (await self._transferred(goes_on, known, f"{number}{position + 1}.", depth)).passed
                break
        self._not_reached(steps, reached, number)
        outputs = self._outputs(workflow, known) if passed else {}
        self.world.workflows[workflow.value["workflowId"]] = {"inputs": values, "outputs": outputs}
        return _Ended(passed, outputs)

    async def _transferred(self, goes_on: _Next, known: Known, number: str, depth: int) -> _Ended:
        other = self.document.workflows[goes_on.workflow]
        return await self.called(other, list(goes_on.parameters), known, number, depth)

    async def called(self, other: Part, parameters: list[Part], known: Known, number: str, depth: int) -> _Ended:
        """Run another workflow, with parameters as its inputs."""
        if depth >= DEEPEST:
            wanted = f"at most {DEEPEST} workflows within each other"
            raise _StepFailed(Failure(expected=wanted, found=f"workflow {other.value['workflowId']!r} calls itself"))
        passed_on = {each.value["name"]: value_of(each.value["value"], known) for each in parameters}
        try:
            values = inputs.of_workflow(self.document, other, {**self.world.given, **passed_on})
        except inputs.WrongInput as error:
            raise _StepFailed(Failure(expected="a value for every input", found=str(error))) from error
        return await self.workflow(other, values, number, depth + 1)

    def _outputs(self, workflow: Part, known: Known) -> dict[str, Any]:
        """What a workflow gives. An output that it did not come to is left out: it may have ended early."""
        found = {}
        for name, value in workflow.value.get("outputs", {}).items():
            try:
                found[name] = output(value, known)
            except NoSuchValue:
                continue
        return found

    def _not_reached(self, steps: list[Part], reached: set[int], number: str) -> None:
        for position, step in enumerate(steps):
            if position not in reached:
                self.results.append(
                    StepResult(
                        number=f"{number}{position + 1}",
                        text=self.text(step, None),
                        line=self.document.source.line(step.at),
                        outcome=Outcome.NOT_REACHED,
                    )
                )

    def text(self, step: Part, operation: Operation | None) -> str:
        """A step on one line."""
        if "workflowId" in step.value:
            return f"{step.value['stepId']}: workflow {step.value['workflowId']}"
        if operation is None:
            return f"{step.value['stepId']}: {step.value.get('operationId') or step.value['operationPath']}"
        return f"{step.value['stepId']}: {operation.method} {operation.path}"


@attrs.define
class _Came:
    """What comes of one step, with all its attempts."""

    of: _Run
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

    async def run(self) -> tuple[bool, _Next | None]:
        """Until it succeeds, or is given up. Tells whether all is well, and where to go on; None is the next step."""
        place = len(self.of.results)
        tried: dict[str, int] = {}
        while True:
            failure = await self._attempt()
            try:
                action = await self._action(failure, tried)
            except _StepFailed as failed:  # what was to be done before another attempt
                self.fail(failed.failure, place=place)
                return False, _Next()
            if action is None and failure is not None:
                self.fail(failure, place=place)
                return False, _Next()
            if action is None:
                self._pass(place)
                return True, None
            if action.value["type"] == "retry":
                continue
            return self._ended(action, failure, place)

    def _ended(self, action: Part, failure: Failure | None, place: int) -> tuple[bool, _Next | None]:
        if action.value["type"] == "end" and failure is not None:
            self.fail(failure, place=place)
            return False, _Next()
        self._pass(place, "" if failure is None else f", which failed: goes on by {action.value['name']!r}")
        if action.value["type"] == "end":
            return True, _Next()
        parameters = tuple(self.of.document.listed(action, "parameters"))
        return True, _Next(action.value.get("stepId", ""), action.value.get("workflowId", ""), parameters)

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
        await self.of.world.clock.sleep(self._wait(action))
        other = action.value.get("workflowId")
        if other is not None:
            parameters = self.of.document.listed(action, "parameters")
            workflow = self.of.document.workflows[other]
            await self.of.called(workflow, parameters, self.known, f"{self.number}.", self.depth)
        elif "stepId" in action.value:
            steps = {step.value["stepId"]: step for step in self.workflow.parts("steps")}
            step = steps[action.value["stepId"]]
            number = f"{self.number}.{step.at[-1] + 1}"  # type: ignore[operator]
            await _Came(self.of, self.workflow, step, self.known, number, self.depth).run()

    def _wait(self, action: Part) -> float:
        """`Retry-After` of the answer overrules what the document says."""
        exchange = self.known.exchange
        told = exchange.response_headers.get("retry-after", "") if exchange else ""
        return float(told) if told.isdecimal() else float(action.value.get("retryAfter", 0))

    async def _attempt(self) -> Failure | None:
        """Do what the step says, once; None where it succeeded."""
        try:
            self._check_needed()
            if "workflowId" in self.step.value:
                await self._call_workflow()
            else:
                await self._call_operation()
        except _StepFailed as failed:
            return failed.failure
        except (NoSuchValue, ExpressionError) as error:
            return Failure(expected="a value for every expression", found=str(error))
        return None

    def _check_needed(self) -> None:
        missing = [needed for needed in self.step.value.get("dependsOn", ()) if needed not in self.known.steps]
        if missing:
            found = f"{', '.join(map(repr, missing))} did not"
            raise _StepFailed(Failure(expected="the steps that it depends on to succeed before", found=found))

    async def _call_workflow(self) -> None:
        document = self.of.document
        other = document.workflows[self.step.value["workflowId"]]
        parameters = document.parameters(self.workflow, self.step)
        ended = await self.of.called(other, parameters, self.known, f"{self.number}.", self.depth)
        if not ended.passed:
            wanted = f"workflow {other.value['workflowId']!r} to pass"
            raise _StepFailed(Failure(expected=wanted, found="it failed; see its steps"))
        self.known.outputs = ended.outputs
        self._judge()

    async def _call_operation(self) -> None:
        operation = self._operation()
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

    async def _answer(self, prepared: Any, operation: Operation) -> Exchange:
        import httpx

        milliseconds = self.step.value.get("timeout")
        seconds = DEFAULT_TIMEOUT_SECONDS if milliseconds is None else milliseconds / 1000
        self.of.world.http.cookies.clear()  # a cookie is sent where the document says so
        try:
            return await send(self.of.world.http, prepared, timeout_seconds=seconds)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            found = f"none from {operation.server}: {error or type(error).__name__}"
            way_out = "is the sandbox running? `bank-app-sim serve` starts one, --against URL names another"
            raise _StepFailed(Failure(expected="an answer", found=found, way_out=way_out)) from error

    def _operation(self) -> Operation:
        return self.of.world.operations[self.workflow.value["workflowId"], self.step.value["stepId"]]

    def _judge(self) -> None:
        """Note the outputs of what has succeeded."""
        wrong = criteria.unfulfilled(self.step, self.known)
        if wrong is not None:
            raise _StepFailed(self._failure(*wrong))
        exchange = self.known.exchange
        says_nothing = "successCriteria" not in self.step.value and "workflowId" not in self.step.value
        if says_nothing and exchange is not None and exchange.status >= criteria.FIRST_ERROR:
            wanted = f"a status below {criteria.FIRST_ERROR}, as no successCriteria say otherwise"
            raise _StepFailed(Failure(expected=wanted, found=_answered(exchange)))
        outputs = self.step.value.get("outputs", {})
        self.known.steps[self.step.value["stepId"]] = {name: output(each, self.known) for name, each in outputs.items()}

    def _failure(self, criterion: Part, found: str) -> Failure:
        exchange = self.known.exchange
        errors = exchange.response_body if exchange is not None and exchange.status >= criteria.FIRST_ERROR else None
        place = self.of.document.source.places[(*criterion.at, "condition")]
        return Failure(
            expected=str(criterion.value["condition"]),
            found=found if errors is None else f"{found}; the answer says {json.dumps(errors, ensure_ascii=False)}",
            way_out=f"{self.of.document.source.file}:{place.line}:{place.column} says what is expected",
        )

    def _pass(self, place: int, more: str = "") -> None:
        self._note(place, Outcome.PASSED, None, more)

    def fail(self, failure: Failure, *, place: int | None = None) -> None:
        conceal = self.of.recording.conceal.text
        shown = Failure(expected=failure.expected, found=conceal(failure.found), way_out=failure.way_out)
        self._note(len(self.of.results) if place is None else place, Outcome.FAILED, shown, "")

    def _note(self, place: int, outcome: Outcome, failure: Failure | None, more: str) -> None:
        """Before the steps of the workflow that it called, if any."""
        operation = None if "workflowId" in self.step.value else self._operation()
        result = StepResult(
            number=self.number,
            text=self.of.text(self.step, operation) + more,
            line=self.of.document.source.line(self.step.at),
            outcome=outcome,
            began_at=self.began_at,
            ended_at=self.of.recording.now(),
            first_message=self.first_message,
            last_message=self.of.recording.last,
            failure=failure,
        )
        self.of.results.insert(place, result)


def output(value: Any, known: Known) -> Any:
    """What an output stands for.

    Raises:
        NoSuchValue: Nothing is there.
    """
    return select(value, known) if isinstance(value, dict) else known.fill(value)


def _answered(exchange: Exchange) -> str:
    return f"{exchange.status}: {json.dumps(exchange.response_body, ensure_ascii=False)}"


def _endless() -> Failure:
    return Failure(
        expected=f"a workflow that ends within {MOST_STEPS:,} steps",
        found="its 'goto' actions go round in circles",
        way_out="give the action criteria that do not hold for ever",
    )

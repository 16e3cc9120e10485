"""One attempt at a step: its request is sent, or its workflow runs, and the result is judged."""

import json
from typing import Any

import httpx

from ...invocation import command
from ..results import Failure
from . import criteria
from .answers import AnswerTooLarge
from .context import StepFailed, StepTask
from .document import Part
from .errors import ExpressionError, NoSuchValue
from .extensions import how_to_serve
from .lookup import Exchange, Known
from .operations import DocumentOperation
from .requests import CannotBeSent, Prepared, prepare, secrets_in, select, send

DEFAULT_TIMEOUT_SECONDS = 30.0


async def attempt(task: StepTask) -> Failure | None:
    """Do what the step says, once; None if it succeeded."""
    try:
        _require_needed_steps(task)
        if "workflowId" in task.step.value:
            await _call_workflow(task)
        else:
            await _call_operation(task)
        _judge(task)
    except StepFailed as failed:
        return failed.failure
    except CannotBeSent as error:
        return Failure(expected="a request that can be sent", found=str(error))
    except (NoSuchValue, ExpressionError) as error:
        return Failure(expected="a value for every expression", found=str(error))
    return None


def output(value: object, known: Known) -> Any:
    """The value of an output.

    Raises:
        NoSuchValue: It has none.
    """
    return select(value, known) if isinstance(value, dict) else known.fill(value)


def _require_needed_steps(task: StepTask) -> None:
    missing = [needed for needed in task.step.value.get("dependsOn", ()) if needed not in task.known.steps]
    if missing:
        found = f"{', '.join(map(repr, missing))} did not"
        raise StepFailed(Failure(expected="the steps that it depends on to succeed before", found=found))


async def _call_workflow(task: StepTask) -> None:
    name = task.step.value["workflowId"]
    ended = await task.call_workflow(name, task.context.document.parameters(task.workflow, task.step))
    if not ended.passed:
        raise StepFailed(Failure(expected=f"workflow {name!r} to pass", found="it failed; see its steps"))
    task.known.outputs = ended.outputs


async def _call_operation(task: StepTask) -> None:
    operation = task.operation
    assert operation is not None  # else it runs a workflow
    task.known.exchange = None
    prepared = prepare(task.context.document, task.workflow, task.step, operation, task.known)
    conceal = task.recording.conceal
    for secret in secrets_in(prepared.headers):
        conceal.add(secret)
    conceal.learn(prepared.body)
    sender = task.recording.request(operation, prepared)
    exchange = await _exchange(task, prepared, operation)
    for secret in secrets_in(exchange.response_headers):
        conceal.add(secret)
    conceal.learn(exchange.response_body)
    task.known.exchange = exchange
    task.recording.answer(sender, exchange)


async def _exchange(task: StepTask, prepared: Prepared, operation: DocumentOperation) -> Exchange:
    milliseconds = task.step.value.get("timeout")
    seconds = DEFAULT_TIMEOUT_SECONDS if milliseconds is None else milliseconds / 1000
    task.context.http.cookies.clear()  # only the document decides where a cookie is sent
    try:
        return await send(task.context.http, prepared, timeout_seconds=seconds)
    except (AnswerTooLarge, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        found = f"none from {operation.server}: {str(error) or type(error).__name__}"
        way_out = f"is the sandbox running? `{command('serve')}` starts one, --against URL names another"
        raise StepFailed(Failure(expected="an answer", found=found, way_out=way_out)) from error


def _judge(task: StepTask) -> None:
    """Note the outputs of a step that has succeeded; `StepFailed` if it has not."""
    step, known = task.step.value, task.known
    wrong = criteria.unfulfilled(task.step, known)
    if wrong is not None:
        raise StepFailed(_failure(task, *wrong))
    says_nothing = "successCriteria" not in step and "workflowId" not in step
    if says_nothing and known.exchange is not None and known.exchange.status >= criteria.FIRST_ERROR:
        wanted = f"a status below {criteria.FIRST_ERROR}, as no successCriteria say otherwise"
        found = f"{known.exchange.status}: {json.dumps(known.exchange.response_body, ensure_ascii=False)}"
        raise StepFailed(Failure(expected=wanted, found=found))
    known.steps[step["stepId"]] = {name: output(each, known) for name, each in step.get("outputs", {}).items()}


def _failure(task: StepTask, criterion: Part, found: str) -> Failure:
    exchange, source = task.known.exchange, task.context.document.source
    if exchange is not None and exchange.status >= criteria.FIRST_ERROR and exchange.response_body is not None:
        found += f"; the answer says {json.dumps(exchange.response_body, ensure_ascii=False)}"
    place = source.places[(*criterion.at, "condition")]
    serve = how_to_serve(source.value)
    fresh = "" if serve is None else f", of a sandbox in which nothing has happened yet: {serve}"
    return Failure(
        expected=str(criterion.value["condition"]),
        found=found,
        way_out=f"{place} says what is expected{fresh}",
    )

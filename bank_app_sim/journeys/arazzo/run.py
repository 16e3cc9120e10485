"""Runs an Arazzo document against a sandbox on this machine: `bank-app-sim run FILE.arazzo.yaml`."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from impact_sdk import Clock, SystemClock
from impact_sdk.parsing.visible import visible

from ...invocation import pasted
from ..results import JourneyResult, Outcome
from . import called, checks, inputs, structure
from .apis import load
from .concealing import Concealment
from .context import RunContext
from .document import Document, Part
from .errors import instead
from .inputs import WrongInput
from .operations import API, DocumentOperation
from .reading import read
from .recording import Recording
from .workflow import run_workflow

__all__ = ["WrongInput", "run_document"]


async def run_document(
    file: Path,
    *,
    typed: Mapping[str, str] | None = None,
    against: str | None = None,
    only: Sequence[str] = (),
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    program: Sequence[str] = ("bank-app-sim",),
) -> list[JourneyResult]:
    """Run the workflows of a document, each after those that it depends on; one result for each.

    A workflow that others call runs by itself only if `only` names it.

    Args:
        typed: Inputs as the user typed them, instead of the defaults in the document.
        against: The address of the sandbox, instead of the one in the document.
        only: The ids of the workflows to run; all if empty.
        transport: How requests are sent; None for TCP.
        clock: Retries wait on it, and it dates the results; the machine's clock by default.
        program: The start of the command that repeats the run.

    Raises:
        DocumentError: The document cannot run as it is written.
        WrongInput: An input is unknown, missing, or of another type; or `only` names no workflow.
        OSError: The file cannot be read.
    """
    document = Document(read(file))
    structure.check(document.source)
    checks.check(document)
    values = inputs.from_texts(document, typed or {})
    # Only the document decides what is sent: no proxy and no .netrc of this machine, and no redirect.
    async with httpx.AsyncClient(transport=transport, trust_env=False) as http:
        apis = await load(document, http=http, against=against)
        context = _context(document, apis, values, http, clock or SystemClock())
        chosen = _chosen(document, only)
        for name in chosen:
            inputs.of_workflow(document, document.workflows[name], values)
        command = _command(program, document, typed or {}, against)
        return [await _result(context, name, _address(context, apis), command) for name in chosen]


def _address(context: RunContext, apis: Mapping[str, API]) -> str:
    operations = context.operations.values()
    return next(iter(operations)).server if operations else next(iter(apis.values())).url


def _context(
    document: Document, apis: Mapping[str, API], values: Mapping[str, object], http: httpx.AsyncClient, clock: Clock
) -> RunContext:
    return RunContext(
        document=document,
        operations=_operations(document, apis),
        http=http,
        clock=clock,
        inputs=values,
        sources={name: part.value for name, part in document.sources.items()},
    )


def _operations(document: Document, apis: Mapping[str, API]) -> dict[tuple[str, str], DocumentOperation]:
    """The operation that each step calls, by workflow and step."""
    found = {}
    for name, workflow in document.workflows.items():
        for step in workflow.parts("steps"):
            if "workflowId" not in step.value:
                operation = called.find(document, apis, step)
                called.check_parameters(document, workflow, step, operation)
                found[name, step.value["stepId"]] = operation
    return found


def _chosen(document: Document, only: Sequence[str]) -> list[str]:
    """The workflows to run, each after those that it depends on."""
    for name in only:
        if name not in document.workflows:
            raise WrongInput(f"the document has no workflow {name!r}{instead(name, document.workflows)}")
    called = document.called_by_others()
    wanted = list(only) or [name for name in document.workflows if name not in called] or list(document.workflows)
    ordered: list[str] = []
    for name in wanted:
        _append(document, name, ordered, ())
    return ordered


def _append(document: Document, name: str, ordered: list[str], under_way: tuple[str, ...]) -> None:
    workflow = document.workflows[name]
    if name in under_way:
        circle = " -> ".join((*under_way, name))
        raise document.error(workflow, f"workflows wait for each other: {circle}", name="dependsOn")
    if name in ordered:
        return
    for needed in workflow.value.get("dependsOn", ()):
        _append(document, needed, ordered, (*under_way, name))
    ordered.append(name)


def _command(program: Sequence[str], document: Document, typed: Mapping[str, str], against: str | None) -> str:
    """The command that repeats this run. It does not show secrets: the user has to give them again."""
    schemas = {name: schema for flow in document.workflows.values() for name, schema in document.inputs(flow).items()}
    words = [*program, "run", document.source.file]
    words += ["--against", against] if against else []
    for name, text in typed.items():
        words += ["--input", f"{name}={'…' if inputs.is_secret(schemas[name]) else text}"]
    return pasted(words)


async def _result(context: RunContext, name: str, address: str, command: str) -> JourneyResult:
    workflow = context.document.workflows[name]
    began = time.monotonic()
    recording = Recording(context.clock, Concealment())
    steps, passed = await run_workflow(context, workflow, recording)
    return JourneyResult(
        name=name,
        title=_title(workflow),
        file=context.document.source.file,
        row="",
        seed=0,
        world=address,
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        seconds=time.monotonic() - began,
        steps=steps,
        messages=recording.messages,
        command=command,
    )


def _title(workflow: Part) -> str:
    return visible(str(workflow.value.get("summary") or workflow.value["workflowId"]), longest=200)

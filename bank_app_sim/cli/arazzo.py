"""Arazzo documents on the command line: journeys written as such, and documents that are run."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import click

from ..invocation import program
from ..journeys.playing.runner import Job
from ..journeys.results import JourneyResult, Outcome

ENDINGS = (".arazzo.yaml", ".arazzo.yml", ".arazzo.json")


def are_documents(names: Sequence[str]) -> bool:
    """Whether these are Arazzo documents, and no journeys; `UsageError` where they are both."""
    documents = [name for name in names if name.endswith(ENDINGS)]
    if documents and len(documents) < len(names):
        raise click.UsageError(f"{documents[0]} is an Arazzo document, and not all of these are; run them apart")
    return bool(documents)


def inputs(texts: Sequence[str]) -> dict[str, str]:
    """`name=value`, as they were typed."""
    for text in texts:
        if "=" not in text:
            raise click.UsageError(f"--input {text!r} is no input; write name=value")
    return dict(text.split("=", 1) for text in texts)


def run_documents(
    files: Sequence[str], *, given: Mapping[str, str], against: str | None
) -> Iterator[list[JourneyResult]]:
    """What came of the workflows of each document; an error for one that cannot be run, and the others are."""
    from ..journeys.arazzo import DocumentError, WrongInput, run_document

    async def run(file: str) -> list[JourneyResult]:
        return await run_document(Path(file), given=given, against=against, program=program())

    for file in files:
        try:
            yield anyio.run(run, file)
        except (DocumentError, WrongInput) as error:
            yield [_not_run(file, Outcome.ERROR, str(error))]
        except OSError as error:
            yield [_not_run(file, Outcome.ERROR, f"{file} cannot be read: {error.strerror}")]


def skipped(files: Sequence[str], reason: str) -> list[JourneyResult]:
    """Of the documents that a run did not come to."""
    return [_not_run(file, Outcome.SKIPPED, reason) for file in files]


def _not_run(file: str, outcome: Outcome, reason: str) -> JourneyResult:
    name = Path(file).name.partition(".")[0]
    return JourneyResult(
        name=name,
        title=name,
        file=file,
        row="",
        seed=0,
        world="",
        outcome=outcome,
        seconds=0,
        steps=(),
        reason=reason,
    )


def write_documents(jobs: Sequence[Job], results: Sequence[JourneyResult], *, sandbox: str) -> list[Path]:
    """Write a document for each journey, to be run in a world of its own that the sandbox makes for it."""
    from ..journeys.evidence.names import file_names

    return anyio.run(_write_documents, jobs, results, file_names(results), sandbox)


async def _write_documents(
    jobs: Sequence[Job], results: Sequence[JourneyResult], names: Sequence[str], sandbox: str
) -> list[Path]:
    by_name = {(job.script.name, job.script.row): job for job in jobs}
    paths = []
    for result, name in zip(results, names, strict=True):
        path = anyio.Path(f"{name}.arazzo.yaml")
        text = await _document(by_name[result.name, result.row], result, sandbox)
        await path.touch(mode=0o600)  # it has credentials; they are a sandbox's, and good for one world
        await path.write_text(text, encoding="utf-8")
        paths.append(Path(path))
    return paths


async def _document(job: Job, result: JourneyResult, sandbox: str) -> str:
    from ..journeys.arazzo import NothingToExport, export
    from ..simulation.remote.sandbox import Sandbox, client
    from ..simulation.remote.settings import as_json

    settings = dict(job.script.given.settings)
    users = {*job.script.given.users, *(user["external_id"] for user in result.states[-1]["users"].values())}
    async with client(sandbox) as http:
        world = (await Sandbox(sandbox, http).make(as_json({"seed": job.seed, **settings}))).world
        id_tokens = {}
        for user in sorted(users):
            answer = await http.post(f"{world['backend_url']}/sign-in", json={"customer": user})
            id_tokens[user] = answer.raise_for_status().json()["id_token"]
    try:
        return export(
            result.messages,
            name=result.name,
            title=result.title,
            id_tokens=id_tokens,
            client_id=world["client_id"],
            client_secret=world["client_secret"],
            address=world["des_url"],
            serve=_serve(settings),
        )
    except NothingToExport as error:
        raise click.UsageError(str(error)) from None


def _serve(settings: Mapping[str, Any]) -> str:
    """What serves a world of this kind by itself."""
    words = ["bank-app-sim", "serve", "--data", "new-folder", "--settle-every", "365 days"]
    words += ["--account-setup", "per-dream"] if "per Dream" in settings.get("account_setup", "") else []
    words += ["--performance-dreams"] if settings.get("performance_dreams") else []
    words += ["--transfer-consents"] if settings.get("transfer_consents") else []
    return shlex.join(words)

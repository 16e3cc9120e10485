"""`run --export arazzo`: writes the API calls of journeys as Arazzo documents."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import anyio
import click

from ..journeys.evidence.names import file_names
from ..journeys.playing.job import Job
from ..journeys.results import JourneyResult
from ..simulation import AccountSetup
from ..simulation.remote.sandbox_client import SandboxClient, SandboxError, client
from ..simulation.remote.settings import as_json
from ..simulation.settings import WorldSettings


def write_documents(jobs: Sequence[Job], results: Sequence[JourneyResult], *, sandbox: str) -> list[Path]:
    """Write `NAME.arazzo.yaml` for each journey; the sandbox makes a world for each document.

    Returns:
        The files.

    Raises:
        click.UsageError: A journey has no call that a document can hold, or the sandbox makes no world.
    """
    try:
        return anyio.run(_write_documents, jobs, results, file_names(results), sandbox)
    except SandboxError as error:
        raise click.UsageError(str(error)) from error


async def _write_documents(
    jobs: Sequence[Job], results: Sequence[JourneyResult], names: Sequence[str], sandbox: str
) -> list[Path]:
    by_name = {(job.script.name, job.script.row): job for job in jobs}
    paths = []
    for result, name in zip(results, names, strict=True):
        path = anyio.Path(f"{name}.arazzo.yaml")
        text = await _document(by_name[result.name, result.row], result, sandbox)
        await path.touch(mode=0o600)  # it holds the credentials of one world
        await path.write_text(text, encoding="utf-8")
        paths.append(Path(path))
    return paths


async def _document(job: Job, result: JourneyResult, sandbox: str) -> str:
    from ..journeys.arazzo import NothingToExport, export  # here as in documents.py

    settings = job.script.given.settings
    users = {*job.script.given.users, *(user["external_id"] for user in result.states[-1]["users"].values())}
    async with client(sandbox) as http:
        world = (await SandboxClient(sandbox, http).make(as_json(job.seed, settings))).world
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


def _serve(settings: WorldSettings) -> str:
    """The command that serves a world with these settings."""
    words = ["bank-app-sim", "serve", "--data", "new-folder", "--settle-every", "365 days"]
    words += ["--account-setup", "per-dream"] if settings.account_setup is AccountSetup.PER_DREAM else []
    words += ["--performance-dreams"] if settings.performance_dreams else []
    words += ["--transfer-consents"] if settings.transfer_consents else []
    return shlex.join(words)

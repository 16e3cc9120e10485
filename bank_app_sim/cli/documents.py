"""Runs Arazzo documents against a sandbox."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import anyio
import click

from ..invocation import program
from ..journeys.results import JourneyResult, Outcome
from .interruptions import put_off
from .progress import progress
from .tally import Tally

ENDINGS = (".arazzo.yaml", ".arazzo.yml", ".arazzo.json")


def are_documents(names: Sequence[str]) -> bool:
    """Whether all these are Arazzo documents; `UsageError` if only some of them are."""
    documents = [name for name in names if name.endswith(ENDINGS)]
    if documents and len(documents) < len(names):
        raise click.UsageError(f"{documents[0]} is an Arazzo document, and not all of these are; run them apart")
    return bool(documents)


def inputs(texts: Sequence[str]) -> dict[str, str]:
    """The `NAME=VALUE` of each `--input`."""
    for text in texts:
        if "=" not in text:
            raise click.UsageError(f"--input {text!r} is no input; write name=value")
    return dict(text.split("=", 1) for text in texts)


def run(
    files: Sequence[str], *, inputs: Mapping[str, str], against: str | None, report: Path | None, as_json: bool
) -> None:
    """Run all and print the results; end with an exit code other than 0 unless every workflow passed."""
    waiting = list(files)
    with put_off() as interruption:
        with interruption.heard(), progress(len(files)) as bar:
            tally = Tally(total=len(files), as_json=as_json, keeps_all=True, progress=bar, interruption=interruption)

            def results() -> Iterator[JourneyResult]:
                while waiting:
                    yield from _results(waiting[0], inputs, against)
                    waiting.pop(0)
                    bar.advance(1)

            tally.follow(results(), rest=lambda reason: (_not_run(file, Outcome.SKIPPED, reason) for file in waiting))
        tally.end(report)
    tally.exit()


def _results(file: str, inputs: Mapping[str, str], against: str | None) -> Sequence[JourneyResult]:
    """A result for each workflow of a document; an error if the document cannot be run."""
    # Here because it takes a tenth of a second to import, and journeys do not need it.
    from ..journeys.arazzo import DocumentError, WrongInput, run_document

    async def run() -> list[JourneyResult]:
        return await run_document(Path(file), typed=inputs, against=against, program=program())

    try:
        return anyio.run(run)
    except (DocumentError, WrongInput) as error:
        return [_not_run(file, Outcome.ERROR, str(error))]
    except OSError as error:
        return [_not_run(file, Outcome.ERROR, f"{file} cannot be read: {error.strerror}")]


def _not_run(file: str, outcome: Outcome, reason: str) -> JourneyResult:
    name = Path(file).name.partition(".")[0]
    return JourneyResult(
        name=name, title=name, file=file, row="", seed=0, world="", outcome=outcome, seconds=0, steps=(), reason=reason
    )

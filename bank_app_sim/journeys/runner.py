"""Runs journeys: each in a world of its own, many at once over the cores."""

import concurrent.futures
import contextlib
import logging
import multiprocessing
import os
import shlex
import signal
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import anyio
import attrs

from .library import LIBRARY
from .player import play, recordings_of
from .results import JourneyResult, Outcome
from .script import Script
from .world import World
from .worlds import fresh, on_sandbox

# Work for a tenth of a second or so: a worker is told less often what to do, and progress is still seen.
BATCH = 8

Results = Generator[JourneyResult, None, None]


@attrs.frozen(kw_only=True)
class Plan:
    """How journeys are run.

    Attributes:
        against: The address of a served sandbox; None for worlds in this process.
        event_loop: `asyncio` or `trio`.
        keeps_evidence: Messages and states are kept of every journey, not only of those that fail.
        updates: Recorded expectations are written down anew.
    """

    against: str | None = None
    event_loop: str = "asyncio"
    keeps_evidence: bool = False
    updates: bool = False

    @property
    def where(self) -> str:
        """As results say it."""
        return self.against or f"in process, {self.event_loop}"


@attrs.frozen
class Job:
    """One script, to be played with one seed."""

    script: Script
    seed: int


def command_for(job: Job, plan: Plan) -> str:
    """What repeats one journey, and nothing else."""
    script = job.script
    path = Path(script.file)
    name = script.name if path.parent == LIBRARY else script.file
    words = ["bank-app-sim", "run", f"{name}[{script.row}]" if script.row else name, "--seed", str(job.seed)]
    words += ["--against", plan.against] if plan.against else []
    words += ["--event-loop", plan.event_loop] if plan.event_loop != "asyncio" else []
    return shlex.join(words)


async def play_job(job: Job, plan: Plan) -> JourneyResult:
    """One journey in a fresh world."""
    recordings = recordings_of(job.script, updates=plan.updates)
    async with _world(job, plan) as world:
        result = await play(
            job.script,
            world,
            seed=job.seed,
            where=plan.where,
            command=command_for(job, plan),
            recordings=recordings,
            keeps_evidence=plan.keeps_evidence,
        )
    recordings.write()
    return result


def _world(job: Job, plan: Plan) -> contextlib.AbstractAsyncContextManager[World]:
    given = job.script.given
    return fresh(given, seed=job.seed) if plan.against is None else on_sandbox(plan.against, given, seed=job.seed)


def play_jobs(jobs: Sequence[Job], plan: Plan) -> list[JourneyResult]:
    """Some journeys, one after the other, on an event loop of their own."""

    async def play_all() -> list[JourneyResult]:
        return [await play_job(job, plan) for job in jobs]

    options = {"use_uvloop": os.name == "posix"} if plan.event_loop == "asyncio" else {}
    return anyio.run(play_all, backend=plan.event_loop, backend_options=options)


def run(jobs: Sequence[Job], plan: Plan, *, workers: int, stops_at_failure: bool = False) -> Iterator[JourneyResult]:
    """The results, as they come; in the order of the jobs where there is one worker.

    Args:
        workers: How many processes. 1 is this one.
        stops_at_failure: Begin no more journeys once one has failed.
    """
    batches = [jobs[n : n + BATCH] for n in range(0, len(jobs), BATCH)]
    results = _here(batches, plan) if workers == 1 or len(batches) == 1 else _in_processes(batches, plan, workers)
    with contextlib.closing(results):
        for result in results:
            yield result
            if stops_at_failure and result.outcome is Outcome.FAILED:
                return


def _here(batches: Sequence[Sequence[Job]], plan: Plan) -> Results:
    for batch in batches:
        for job in batch:
            yield from play_jobs([job], plan)


def _in_processes(batches: Sequence[Sequence[Job]], plan: Plan, workers: int) -> Results:
    # Spawned, not forked: what threads this process has is nobody's business there.
    pool = concurrent.futures.ProcessPoolExecutor(
        max_workers=min(workers, len(batches)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare_worker,
    )
    try:
        # A few in advance are enough; ten thousand journeys are not all to wait in a queue.
        waiting: set[concurrent.futures.Future[list[JourneyResult]]] = set()
        left = iter(batches)
        while True:
            for batch in left:
                waiting.add(pool.submit(play_jobs, batch, plan))
                if len(waiting) >= 2 * workers:
                    break
            if not waiting:
                return
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    """Ctrl-C is the first process's to handle; and what a journey brings about on purpose is nothing to warn of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet_logs()


def quiet_logs() -> None:
    """Servers write warnings about faults; in journeys these are wanted, and stand in the trace."""
    for name in ("bank_app_sim", "impact_sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

"""Runs journeys: each in a world of its own, many at once over the cores."""

import collections
import concurrent.futures
import contextlib
import gc
import itertools
import logging
import multiprocessing
import os
import shlex
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import anyio
import attrs

from ..worlds import SandboxError
from .library import LIBRARY
from .mistakes import Mistake
from .player import play, recordings_of
from .results import Failure, JourneyResult, Outcome, StepResult
from .script import Script
from .trio_order import tasks_in_order
from .world import World
from .worlds import fresh, on_sandbox

# Work for a tenth of a second or so: a worker is told less often what to do, and progress is still seen.
BATCH = 8


class WorkerDied(Exception):
    """A process that played journeys has died."""


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
    """One journey in a fresh world; one that has failed, where no world can be made or it does not end in peace."""
    try:
        return await _play_job(job, plan)
    except (Mistake, SandboxError, OSError):  # a person can do something about it
        raise
    except Exception as error:
        return _without_world(job, plan, error)


def _without_world(job: Job, plan: Plan, error: Exception) -> JourneyResult:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    failure = Failure(
        expected="a world to play in, from its beginning to its end",
        found=f"{type(error).__name__}: {error}",
        way_out="it may be a fault of the simulator",
    )
    step = StepResult(number="0", text="the world", line=None, outcome=Outcome.FAILED, failure=failure)
    return JourneyResult(
        name=job.script.name,
        title=job.script.title,
        file=job.script.file,
        row=job.script.row,
        seed=job.seed,
        world=plan.where,
        outcome=Outcome.FAILED,
        seconds=0,
        steps=[step],
        command=command_for(job, plan),
    )


async def _play_job(job: Job, plan: Plan) -> JourneyResult:
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

    if plan.event_loop == "trio":
        with tasks_in_order():
            return anyio.run(play_all, backend="trio")
    return anyio.run(play_all, backend="asyncio", backend_options={"use_uvloop": os.name == "posix"})


def run(jobs: Sequence[Job], plan: Plan, *, workers: int, stops_at_failure: bool = False) -> Iterator[JourneyResult]:
    """The results, as they come, in the order of the jobs.

    Args:
        workers: How many processes. 1 is this one.
        stops_at_failure: Begin no more journeys once one has failed.

    Raises:
        WorkerDied: One of the processes is not there any more.
        Mistake: What was recorded of a script cannot be read.
    """
    batches = [jobs[n : n + BATCH] for n in range(0, len(jobs), BATCH)]
    # What is recorded of the rows of one script goes into one file.
    is_here = workers == 1 or len(batches) == 1 or plan.updates
    results = _here(batches, plan) if is_here else _in_processes(batches, plan, workers)
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
    others = set(multiprocessing.active_children())
    is_done = False
    try:
        # A few in advance are enough; ten thousand journeys are not all to wait in a queue.
        waiting: collections.deque[concurrent.futures.Future[list[JourneyResult]]] = collections.deque()
        left = iter(batches)
        while True:
            for batch in itertools.islice(left, 2 * workers - len(waiting)):
                waiting.append(pool.submit(play_jobs, batch, plan))
            if not waiting:
                is_done = True
                return
            # The oldest first, whoever is ready: what is reported does not depend on how fast which process was.
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerDied(
            "a process that played journeys is not there any more; was it killed, or was there too little memory? "
            "--workers 1 plays them in this process"
        ) from error
    finally:
        if not is_done:  # nobody waits for what they are in the middle of
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    """Ctrl-C is the first process's to handle; and what a journey brings about on purpose is nothing to warn of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare_process()


def prepare_process() -> None:
    """For one that plays nothing but journeys."""
    quiet_logs()
    # Nearly all that a journey leaves behind is gone without a search for cycles, which takes a twentieth of the time.
    gc.set_threshold(10_000, 20, 20)


def quiet_logs() -> None:
    """Servers write warnings about faults; in journeys these are wanted, and stand in the trace."""
    for name in ("bank_app_sim", "impact_sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

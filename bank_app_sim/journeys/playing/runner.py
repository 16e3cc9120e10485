"""Runs journeys: each in a world of its own, many at once over the cores."""

import collections
import concurrent.futures
import contextlib
import gc
import itertools
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import anyio
import attrs

from ...invocation import pasted
from ...simulation.remote import SandboxError
from ..library import LIBRARY
from ..results import Failure, JourneyResult, Outcome, StepResult
from ..scripts.identity import name_of
from ..scripts.script import Script
from ..scripts.selection import Broken
from ..text.mistakes import Mistake, ScriptMistakes
from ..world import World
from ..worlds import fresh, on_sandbox
from .player import from_here, play
from .recording import Recordings
from .trio_order import tasks_in_order

# Work for a tenth of a second or so: a worker is told less often what to do, and progress is still seen.
BATCH = 8

# So many journeys are played before a second process has begun.
FEW = 16


class _WorkerDied(Exception):
    """A process that played journeys has died."""


@attrs.frozen(kw_only=True)
class Plan:
    """How journeys are run.

    Attributes:
        against: The address of a served sandbox; None for worlds in this process.
        event_loop: `asyncio` or `trio`.
        keeps_evidence: Messages and states are kept of every journey, not only of those that fail.
        updates: What is recorded comes with the results, instead of being held against what was recorded before.
        program: How the command line was started, for the command that repeats a journey.
    """

    against: str | None = None
    event_loop: str = "asyncio"
    keeps_evidence: bool = False
    updates: bool = False
    program: Sequence[str] = ("bank-app-sim",)

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
    name = name_of(path) if path.parent == LIBRARY else script.file
    if name.startswith("-"):  # it is no option
        name = f"./{name}"
    words = [*plan.program, "run", f"{name}[{script.row}]" if script.row else name, "--seed", str(job.seed)]
    words += ["--against", plan.against] if plan.against else []
    words += ["--begins-below", script.begins_below] if script.begins_below else []
    words += ["--event-loop", plan.event_loop] if plan.event_loop != "asyncio" else []
    return pasted(words)


async def play_job(job: Job, plan: Plan) -> JourneyResult:
    """One journey in a fresh world; one that has failed, where no world can be made or it does not end in peace.

    Raises:
        SandboxError: There is no sandbox to play on.
    """
    try:
        return await _play_job(job, plan)
    except SandboxError:
        raise
    except (Mistake, OSError) as error:  # a person can do something about it
        return not_played(job, plan, Outcome.ERROR, str(error))
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
    return attrs.evolve(not_played(job, plan, Outcome.FAILED, ""), steps=[step])


def not_played(job: Job, plan: Plan, outcome: Outcome, reason: str) -> JourneyResult:
    """What came of a journey of which not a step was played."""
    return JourneyResult(
        name=job.script.name,
        title=job.script.title,
        file=from_here(job.script.file, Path.cwd()),
        row=job.script.row,
        seed=job.seed,
        world=plan.where,
        outcome=outcome,
        seconds=0,
        steps=(),
        reason=reason,
        command=command_for(job, plan),
    )


def broken(each: Broken, *, seed: int) -> JourneyResult:
    """What came of a file that has mistakes."""
    return JourneyResult(
        name=each.name,
        title=each.title,
        file=from_here(each.file, Path.cwd()),
        row="",
        seed=seed,
        world="",
        outcome=Outcome.ERROR,
        seconds=0,
        steps=(),
        reason=str(ScriptMistakes(each.mistakes)),
    )


async def _play_job(job: Job, plan: Plan) -> JourneyResult:
    recordings = Recordings.of(job.script, updates=plan.updates)
    async with _world(job, plan) as world:
        return await play(
            job.script,
            world,
            seed=job.seed,
            where=plan.where,
            command=command_for(job, plan),
            recordings=recordings,
            keeps_evidence=plan.keeps_evidence,
        )


def _world(job: Job, plan: Plan) -> contextlib.AbstractAsyncContextManager[World]:
    given = job.script.given
    return fresh(given, seed=job.seed) if plan.against is None else on_sandbox(plan.against, given, seed=job.seed)


@attrs.frozen
class _Played:
    """What came of a batch.

    Attributes:
        why_over: Why no more can be played at all; empty where they can.
    """

    results: list[JourneyResult]
    why_over: str = ""


Batches = Generator[_Played, None, None]
Future = concurrent.futures.Future[_Played]


def play_jobs(jobs: Sequence[Job], plan: Plan) -> list[JourneyResult]:
    """Some journeys, one after the other, on an event loop of their own; the last is an error where a sandbox is gone.

    Raises:
        KeyboardInterrupt: Somebody has stopped it.
    """
    return _play_batch(jobs, plan).results


def _play_batch(jobs: Sequence[Job], plan: Plan) -> _Played:
    async def play_all() -> _Played:
        results = []
        for job in jobs:
            try:
                results.append(await play_job(job, plan))
            except SandboxError as error:
                results.append(not_played(job, plan, Outcome.ERROR, str(error)))
                return _Played(results, "there was no sandbox to play on")
        return _Played(results)

    try:
        if plan.event_loop == "trio":
            with tasks_in_order():
                return anyio.run(play_all, backend="trio")
        return anyio.run(play_all, backend="asyncio", backend_options={"use_uvloop": os.name == "posix"})
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        raise KeyboardInterrupt from None


def processes(journeys: int, *, cores: int) -> int:
    """How many processes play them soonest, as far as one can know."""
    return cores if journeys > FEW else 1


def run(
    jobs: Sequence[Job],
    plan: Plan,
    *,
    workers: int,
    stops_at_failure: bool = False,
    ended: Callable[[int], None] = lambda journeys: None,
) -> Iterator[JourneyResult]:
    """The results, as they come, in the order of the jobs: one for each job, whatever happens.

    Args:
        workers: How many processes. 1 is this one.
        stops_at_failure: Begin no more journeys once one has failed; the others are skipped.
        ended: Is told how many journeys have ended, as soon as they have.

    Raises:
        KeyboardInterrupt: Somebody has stopped it. What had been played by then has been yielded.
    """
    size = max(1, min(BATCH, len(jobs) // (4 * workers)))
    batches = [jobs[n : n + size] for n in range(0, len(jobs), size)]
    is_here = workers == 1 or len(batches) <= 1
    played = _here(batches, plan, ended) if is_here else _in_processes(batches, plan, workers, ended)
    come = 0
    reason = ""
    with contextlib.closing(played):
        try:
            for batch in played:
                reason = batch.why_over
                for result in batch.results:
                    yield result
                    come += 1
                    if stops_at_failure and result.outcome in (Outcome.FAILED, Outcome.ERROR):
                        reason = f"--fail-fast, and {result.full_name} had failed"
                        break
                if reason:
                    break
        except _WorkerDied as error:
            # Which of those that were under way it was, nobody knows; the next in order stands for them.
            yield not_played(jobs[come], plan, Outcome.ERROR, str(error))
            come += 1
            reason = "a process that played journeys had died"
    yield from skipped(jobs[come:], plan, reason)


def skipped(jobs: Sequence[Job], plan: Plan, reason: str) -> Iterator[JourneyResult]:
    """Those that were not begun any more."""
    return (not_played(job, plan, Outcome.SKIPPED, reason) for job in jobs)


def _here(batches: Sequence[Sequence[Job]], plan: Plan, ended: Callable[[int], None]) -> Batches:
    for batch in batches:
        for job in batch:
            played = _play_batch([job], plan)
            ended(1)
            yield played


def _in_processes(batches: Sequence[Sequence[Job]], plan: Plan, workers: int, ended: Callable[[int], None]) -> Batches:
    # Spawned, not forked: what threads this process has is nobody's business there.
    pool = concurrent.futures.ProcessPoolExecutor(
        max_workers=min(workers, len(batches)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare_worker,
    )
    others = set(multiprocessing.active_children())
    is_done = False
    # A few in advance are enough; ten thousand journeys are not all to wait in a queue.
    waiting: collections.deque[Future] = collections.deque()
    left = iter(batches)

    def begin(batch: Sequence[Job]) -> Future:
        future = pool.submit(_play_batch, batch, plan)
        future.add_done_callback(lambda future: ended(len(batch)) if _is_played(future) else None)
        return future

    try:
        while True:
            waiting.extend(begin(batch) for batch in itertools.islice(left, 2 * workers - len(waiting)))
            if not waiting:
                is_done = True
                return
            # The oldest first, whoever is ready: what is reported does not depend on how fast which process was.
            played = waiting[0].result()
            waiting.popleft()
            yield played
    except BrokenProcessPool as error:
        raise _WorkerDied(
            "a process that played journeys is not there any more; was it killed, or was there too little memory? "
            "--workers 1 plays them in this process"
        ) from error
    except KeyboardInterrupt:
        while waiting and _is_played(waiting[0]):
            yield waiting.popleft().result()
        raise
    finally:
        if not is_done:  # nobody waits for what they are in the middle of
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _is_played(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _prepare_worker() -> None:
    """Ctrl-C is the first process's to handle; and what a journey brings about on purpose is nothing to warn of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_the_first_process, daemon=True).start()
    prepare_process()


def _end_with_the_first_process() -> None:
    """Nobody plays journeys for a process that was killed."""
    first = multiprocessing.parent_process()
    assert first is not None
    multiprocessing.connection.wait([first.sentinel])
    os._exit(1)


def prepare_process() -> None:
    """For one that plays nothing but journeys."""
    for logger in _loggers():
        logger.setLevel(logging.CRITICAL)
    # Nearly all that a journey leaves behind is gone without a search for cycles, which takes a twentieth of the time.
    gc.set_threshold(10_000, 20, 20)


@contextlib.contextmanager
def quiet_logs() -> Iterator[None]:
    """Servers write warnings about faults; in journeys these are wanted, and stand in the trace.

    After the block the logs are as before: the process may have other things to say.
    """
    before = [(logger, logger.level) for logger in _loggers()]
    for logger, _ in before:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    return [logging.getLogger(name) for name in ("bank_app_sim", "impact_sdk")]

"""Runs journeys: here, or in several processes; one result for each job, in the order of the jobs."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from ..results import JourneyResult, Outcome
from .batch import play_batch
from .job import Job, Plan, not_played, skipped
from .workers import Batches, WorkerDied, in_processes

# About a tenth of a second of work: workers get new work seldom, and progress is still visible.
BATCH = 8

# So many journeys are played before a second process has started.
FEW = 16


def play_jobs(jobs: Sequence[Job], plan: Plan) -> list[JourneyResult]:
    """Play some journeys here, one after the other. If the sandbox is gone, the last result is an error.

    Raises:
        KeyboardInterrupt: Somebody has stopped it.
    """
    return play_batch(jobs, plan).results


def processes(journeys: int, *, cores: int) -> int:
    """How many processes probably play them soonest."""
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
        workers: How many processes; 1 is this one.
        stops_at_failure: Once a journey has failed, skip those that are not begun.
        ended: Called with a number of journeys, as soon as they have ended.

    Raises:
        KeyboardInterrupt: Somebody has stopped it. The journeys that had ended by then have been yielded.
    """
    size = max(1, min(BATCH, len(jobs) // (4 * workers)))
    batches = [jobs[n : n + size] for n in range(0, len(jobs), size)]
    is_here = workers == 1 or len(batches) <= 1
    played = _here(batches, plan, ended) if is_here else in_processes(batches, plan, workers, ended)
    come = 0
    reason = ""
    with contextlib.closing(played):
        try:
            for result, why_over in _one_by_one(played):
                yield result
                come += 1
                reason = why_over
                if stops_at_failure and result.outcome in (Outcome.FAILED, Outcome.ERROR):
                    reason = f"--fail-fast, and {result.full_name} had failed"
                if reason:
                    break
        except WorkerDied as error:
            # Nobody knows which journey was under way; the next in order stands for it.
            yield not_played(jobs[come], plan, Outcome.ERROR, str(error))
            come += 1
            reason = "a process that played journeys had died"
    yield from skipped(jobs[come:], plan, reason)


def _one_by_one(batches: Batches) -> Iterator[tuple[JourneyResult, str]]:
    """Each result, and with the last one of a batch why no more can be played; that is mostly empty."""
    for batch in batches:
        *first, last = batch.results
        yield from ((result, "") for result in first)
        yield last, batch.why_over


def _here(batches: Sequence[Sequence[Job]], plan: Plan, ended: Callable[[int], None]) -> Batches:
    for batch in batches:
        for job in batch:
            played = play_batch([job], plan)
            ended(1)
            yield played

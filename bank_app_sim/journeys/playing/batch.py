"""Plays a batch of journeys, one after the other, each in a world of its own."""

import contextlib
import os
from collections.abc import Sequence

import anyio
import attrs

from ...simulation.remote import SandboxError
from ..results import JourneyResult, Outcome
from ..text.mistakes import Mistake
from ..world import JourneyWorld
from ..worlds import fresh, on_sandbox
from .job import Job, Plan, command_for, not_played, without_world
from .player import play
from .recording import Recordings
from .trio_order import tasks_in_order


@attrs.frozen
class Played:
    """The results of a batch.

    Attributes:
        why_over: Why no more journeys can be played; empty if they can.
    """

    results: list[JourneyResult]
    why_over: str = ""


async def play_job(job: Job, plan: Plan) -> JourneyResult:
    """Play one journey in a fresh world. If the world fails, so does the journey.

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
        return without_world(job, plan, error)


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


def _world(job: Job, plan: Plan) -> contextlib.AbstractAsyncContextManager[JourneyWorld]:
    given = job.script.given
    return fresh(given, seed=job.seed) if plan.against is None else on_sandbox(plan.against, given, seed=job.seed)


def play_batch(jobs: Sequence[Job], plan: Plan) -> Played:
    """Play journeys on an event loop of their own. If the sandbox is gone, the last result is an error.

    Raises:
        KeyboardInterrupt: Somebody has stopped it.
    """
    try:
        if plan.event_loop == "trio":
            with tasks_in_order():
                return anyio.run(_play_all, jobs, plan, backend="trio")
        return anyio.run(_play_all, jobs, plan, backend="asyncio", backend_options={"use_uvloop": os.name == "posix"})
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        raise KeyboardInterrupt from None


async def _play_all(jobs: Sequence[Job], plan: Plan) -> Played:
    results = []
    for job in jobs:
        try:
            results.append(await play_job(job, plan))
        except SandboxError as error:
            results.append(not_played(job, plan, Outcome.ERROR, str(error)))
            return Played(results, "there was no sandbox to play on")
    return Played(results)

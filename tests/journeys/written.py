"""Journeys that tests write down and play."""

from collections.abc import Sequence
from pathlib import Path

import attrs

from bank_app_sim.journeys.playing.batch import play_job
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.owners import with_owners
from bank_app_sim.journeys.playing.player import play
from bank_app_sim.journeys.playing.recording import Recordings
from bank_app_sim.journeys.results import JourneyResult, StepResult
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.scripts.script import Script
from bank_app_sim.journeys.worlds import fresh
from bank_app_sim.timeline.trace import Message

NOWHERE = Path("nowhere") / "written.journey.yaml"


def written(steps: str, *, given: str = "", path: Path = NOWHERE) -> Script:
    """A script of one row; `steps` is indented as it likes."""
    lines = [line for line in steps.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    text = "\n".join(line[margin:] for line in lines)
    given = f"given: {given}\n" if given else ""
    [script] = read(f"journey: Written in a test\n{given}steps:\n{text}\n", path)
    return script


async def played(
    script: Script, *, seed: int = 0, keeps_evidence: bool = False, updates: bool = False
) -> JourneyResult:
    """What comes of it, in a fresh world."""
    return await play_job(Job(script, seed), Plan(keeps_evidence=keeps_evidence, updates=updates))


async def said(script: Script, *, seed: int = 0, keeps_evidence: bool = False) -> Sequence[Message]:
    """All its messages, whether evidence is kept or not."""
    async with fresh(script.given, seed=seed) as world:
        await play(
            script,
            world,
            seed=seed,
            where="here",
            command="",
            recordings=Recordings.of(script, updates=False),
            keeps_evidence=keeps_evidence,
        )
        return with_owners(await world.messages())


def outcomes(result: JourneyResult) -> dict[str, str]:
    """How each step ended, by its number."""
    return {step.number: step.outcome.value for step in result.steps}


@attrs.frozen
class Failed:
    """The one step that was to blame."""

    number: str
    expected: str
    found: str
    way_out: str


def failed(result: JourneyResult) -> Failed:
    """The innermost step that failed."""
    steps: list[StepResult] = [step for step in result.steps if step.failure is not None]
    step = max(steps, key=lambda step: step.number.count("."))
    assert step.failure is not None
    return Failed(step.number, step.failure.expected, step.failure.found, step.failure.way_out)

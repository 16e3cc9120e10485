"""The same seed is the same trace, byte for byte; another seed is another interleaving."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest

from bank_app_sim.journeys.library import LIBRARY, SUFFIX
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.runner import play_jobs, run
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.scripts.reader import read_file
from bank_app_sim.journeys.scripts.script import Script
from bank_app_sim.timeline.trace import Message

from .written import said, written

AT_ONCE = """
  - meanwhile:
      ada:
        - launch
        - create a Dream: Bike
        - launch a savehack: weekly 50.00
      bo:
        - launch: bo
        - create a Dream: {name: Boat, by: bo}
        - launch a savehack: {savehack: daily, amount: 10.00, by: bo}
  - expect: {callbacks: 2, orders: 2, Dreams: {Bike: 1, Boat: 1}, savehacks: {active: 2, paused: 0}}
  - wait: 3 days
  - expect: {accounts: 2, linked Dreams: 2, deposits: {failed: 0}, books agree: yes}
  - expect: {of: bo, callbacks: 1, accounts: 1, saved: {Boat: at least 30.00}}
"""

WITH_WEBHOOKS = """
  - launch
  - create a Dream: Bike
  - launch a savehack: daily 50.00
  - wait: 4 days
  - expect: {accounts: 1, events came by: {webhook: at least 1}}
"""


def at_once() -> Script:
    return written(AT_ONCE, given="{users: [ada, bo]}")


def bytes_of(messages: Iterable[Message | Any]) -> bytes:
    plain = [message.as_json() if isinstance(message, Message) else message for message in messages]
    return json.dumps(plain).encode()


def trace_of(script: Script, event_loop: str, *, seed: int = 7) -> bytes:
    [result] = play_jobs([Job(script, seed)], Plan(event_loop=event_loop, keeps_evidence=True))
    assert result.outcome is Outcome.PASSED, result.failed_step
    return bytes_of(result.messages)


def trace_without_evidence(script: Script, *, seed: int = 7) -> bytes:
    async def play() -> bytes:
        return bytes_of(await said(script, seed=seed))

    return anyio.run(play)


def check(script: Script) -> None:
    """On both loops, twice, whether evidence is kept or not, after whatever was played before in this process."""
    first = trace_of(script, "asyncio")

    assert first.count(b'"n":') > 3
    assert trace_of(script, "asyncio") == first
    for _ in range(2):  # trio's own order of tasks is another one each time
        assert trace_of(script, "trio") == first
    assert trace_without_evidence(script) == first


@pytest.mark.thorough
@pytest.mark.parametrize(
    "script", [at_once(), written(WITH_WEBHOOKS, given="{webhooks: yes}")], ids=["at once", "with webhooks"]
)
def test_the_same_seed_is_the_same_trace(script: Script) -> None:
    check(script)


OF_THE_LIBRARY = pytest.mark.parametrize(
    "path", sorted(LIBRARY.glob(f"*{SUFFIX}")), ids=lambda path: path.name.removesuffix(SUFFIX)
)


@pytest.mark.nightly
@OF_THE_LIBRARY
def test_the_same_seed_is_the_same_trace_on_both_loops_in_each_journey_of_the_library(path: Path) -> None:
    for script in read_file(path):
        assert trace_of(script, "trio") == trace_of(script, "asyncio")


@pytest.mark.nightly
@OF_THE_LIBRARY
def test_the_same_seed_is_the_same_trace_however_often_each_journey_of_the_library_is_played(path: Path) -> None:
    for script in read_file(path):
        check(script)


@pytest.mark.processes
def test_the_same_seed_is_the_same_trace_in_one_process_and_in_several() -> None:
    jobs = [Job(at_once(), seed) for seed in range(20)]
    plan = Plan(keeps_evidence=True)

    def traces(results: Iterable[JourneyResult]) -> dict[int, bytes]:
        return {result.seed: bytes_of(result.messages) for result in results}

    assert traces(run(jobs, plan, workers=2)) == traces(run(jobs, plan, workers=1))


def interleaving(messages: Iterable[Any]) -> str:
    """Who said what to whom in which order; ids are left out, another seed has others anyway."""
    return "\n".join(f"{message['from']} {message['to']} {message['label']}" for message in messages)


def interleavings(seeds: int) -> set[str]:
    results = play_jobs([Job(at_once(), seed) for seed in range(seeds)], Plan(keeps_evidence=True))
    assert [result.failed_step for result in results if result.outcome is not Outcome.PASSED] == []
    return {interleaving(result.messages) for result in results}


def test_another_seed_is_another_interleaving_and_what_is_expected_holds_in_each() -> None:
    assert len(interleavings(6)) >= 3


@pytest.mark.thorough
def test_fifty_seeds_are_many_interleavings_and_what_is_expected_holds_in_all() -> None:
    assert len(interleavings(50)) >= 40


def test_without_meanwhile_another_seed_says_the_same_in_the_same_order() -> None:
    script = written("- launch\n- create a Dream: Bike\n- launch a savehack: weekly 50.00\n- wait: 3 days")
    results = play_jobs([Job(script, seed) for seed in range(3)], Plan(keeps_evidence=True))

    assert len({interleaving(result.messages) for result in results}) == 1
    assert len({bytes_of(result.messages) for result in results}) == 3

"""Recorded expectations: written with --update, held against what happens later, whatever the seed."""

import json
import re
from pathlib import Path

import pytest

from bank_app_sim.journeys.reader import read
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.runner import Job, Plan, play_jobs, run
from bank_app_sim.journeys.script import Script

from .written import failed, written

STEPS = """
  - launch
  - create a Dream: {dream}
  - launch a savehack: weekly 50.00
  - wait: 3 days
  - expect as recorded{what}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "saving.journey.yaml"


def played(script: Script, *, seed: int = 0, updates: bool = False, event_loop: str = "asyncio") -> JourneyResult:
    [result] = play_jobs([Job(script, seed)], Plan(updates=updates, event_loop=event_loop))
    return result


def saving(path: Path, *, dream: str = "Bike", what: str = "") -> Script:
    return written(STEPS.format(dream=dream, what=what), path=path, given="{webhooks: yes}")


def test_what_was_never_recorded_says_how_to(path: Path) -> None:
    result = played(saving(path))

    assert failed(result).expected == "a recording"
    assert failed(result).found == "none of this step in saving.recorded.json; run once with --update"
    assert not path.with_name("saving.recorded.json").exists()


@pytest.mark.parametrize("event_loop", ["asyncio", "trio"])
def test_what_is_recorded_holds_again_with_any_seed_on_either_loop(path: Path, event_loop: str) -> None:
    assert played(saving(path), updates=True).outcome is Outcome.PASSED

    for seed in range(4):
        result = played(saving(path), seed=seed, event_loop=event_loop)
        assert result.outcome is Outcome.PASSED, failed(result)


def test_what_is_recorded_has_no_ids_and_no_secrets(path: Path) -> None:
    played(saving(path), updates=True)

    text = path.with_name("saving.recorded.json").read_text(encoding="utf-8")

    assert "bank_app to bank_backend: POST /sign-in" in json.loads(text)["no row, step 5"]["messages"]
    assert "Bike" in text
    assert "-4" not in text.replace("2027-01-04", "")


def test_a_difference_is_said(path: Path) -> None:
    played(saving(path), updates=True)

    result = played(saving(path, dream="Boat", what=": state"))

    assert failed(result).expected.endswith('name, "Bike"')
    assert failed(result).found.endswith('name, "Boat"')


def test_a_message_more_or_less_is_said(path: Path) -> None:
    played(saving(path), updates=True)
    script = written(STEPS.format(dream="Bike", what=": messages").replace("3 days", "3 weeks"), path=path)

    result = played(script)

    assert failed(result).expected.startswith("messages: number ")


def test_recording_again_takes_what_is_there_now(path: Path) -> None:
    played(saving(path), updates=True)
    played(saving(path, dream="Boat"), updates=True)

    assert played(saving(path, dream="Boat")).outcome is Outcome.PASSED


@pytest.mark.processes
def test_rows_that_are_recorded_at_once_are_all_kept(path: Path) -> None:
    columns = "".join(f"  - {{n: {n}}}\n" for n in range(1, 31))
    scripts = read(f"journey: x\nrows:\n{columns}steps:\n  - wait: <n> days\n  - expect as recorded: messages\n", path)

    list(run([Job(script, 0) for script in scripts], Plan(updates=True), workers=2))

    results = list(run([Job(script, 0) for script in scripts], Plan(), workers=2))
    assert len(results) == 30
    assert {result.outcome for result in results} == {Outcome.PASSED}


def test_a_file_that_is_no_recording_is_named(path: Path) -> None:
    path.with_name("saving.recorded.json").write_text("{")

    result = played(saving(path))

    assert result.outcome is Outcome.ERROR
    assert re.search(r"saving\.recorded\.json is no recording: .*; remove it and record again", result.reason)

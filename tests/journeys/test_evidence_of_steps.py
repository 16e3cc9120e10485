"""The evidence of a step says where it stands, in which branch, and which messages are its own."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bank_app_sim.cli import main
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.scripts.reader import read_file
from bank_app_sim.timeline.trace import branch_within

from .written import written

BEGUN = "journey: Begun\nsteps:\n  - launch\n  - create a Dream: Bike\n  - expect: {accounts: 1}\n"
OUTER = "journey: Outer\n\n\n\nbegins with: begun.journey.yaml\nsteps:\n  - launch\n"

BRANCHES = """
  - launch
  - launch: bo
  - meanwhile:
      her:
        - create a Dream: Bike
        - meanwhile:
            phone: [launch a savehack: weekly 50.00]
            patience: [wait: 1 day]
      him:
        - create a Dream: {name: Boat, by: bo}
        - wait: 2 days
  - wait: 1 day
"""


def played(script_steps: str) -> JourneyResult:
    script = written(script_steps, given="{users: [ada, bo]}")
    [result] = play_jobs([Job(script, 0)], Plan(keeps_evidence=True))
    return result


@pytest.fixture(scope="module")
def branching() -> JourneyResult:
    return played(BRANCHES)


def test_a_failure_in_the_beginning_is_told_with_the_file_that_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("begun.journey.yaml").write_text(BEGUN)
    Path("outer.journey.yaml").write_text(OUTER)

    result = CliRunner().invoke(main, ["run", "outer.journey.yaml", "--report", "evidence"])

    assert "step 3, begun.journey.yaml:5\n" in result.output
    junit = Path("evidence/junit.xml").read_text()
    assert 'message="step 3, begun.journey.yaml:5: expected' in junit
    assert '"line":5,"outcome":"failed","file":"begun.journey.yaml"' in Path("evidence/trace.json").read_text()
    [played] = play_jobs([Job(script, 0) for script in read_file(Path("outer.journey.yaml"))], Plan())
    assert [step.file for step in played.steps] == [*["begun.journey.yaml"] * 3, "outer.journey.yaml"]


def test_steps_of_branches_stand_behind_the_step_that_holds_them(branching: JourneyResult) -> None:
    found = [(step.number, step.branch) for step in branching.steps]

    assert found == [
        ("1", ""),
        ("2", ""),
        ("3", ""),
        ("3.1.1", "her"),
        ("3.1.2", "her"),
        ("3.1.2.1.1", "her / phone"),
        ("3.1.2.2.1", "her / patience"),
        ("3.2.1", "him"),
        ("3.2.2", "him"),
        ("4", ""),
    ]


def test_a_branch_that_was_never_begun_is_there_all_the_same() -> None:
    result = played("- expect: {accounts: 1}\n- meanwhile:\n    her: [launch]\n    him: [launch: bo]")

    assert [(step.number, step.outcome) for step in result.steps] == [
        ("1", Outcome.FAILED),
        ("2", Outcome.NOT_REACHED),
        ("2.1.1", Outcome.NOT_REACHED),
        ("2.2.1", Outcome.NOT_REACHED),
    ]


def test_each_message_belongs_to_its_branch_and_its_user(branching: JourneyResult) -> None:
    dreams = {
        re.search(r"Bike|Boat", str(message["detail"]))[0]: message  # type: ignore[index]
        for message in branching.messages
        if message["label"] == "Create Dream"
    }

    assert {name: (message["branch"], message["user"]) for name, message in dreams.items()} == {
        "Bike": ("her", "ada"),
        "Boat": ("him", "bo"),
    }


def test_a_step_in_a_branch_has_no_message_of_another_branch(branching: JourneyResult) -> None:
    for step in branching.steps:
        own = [
            message
            for message in branching.messages
            if step.first_message <= message["n"] <= step.last_message and branch_within(message["branch"], step.branch)
        ]
        if step.text.startswith("create a Dream"):
            assert {message["user"] for message in own} == {"ada" if step.branch == "her" else "bo"}


def test_what_is_said_on_a_phone_and_to_answer_it_is_its_users(branching: JourneyResult) -> None:
    users = {
        message["user"] for message in branching.messages if {message["from"], message["to"]} & {"bank_app", "sdk"}
    }

    assert users == {"ada", "bo"}
    assert any(message["user"] == "" for message in branching.messages), "the bank polls by itself"


@pytest.mark.parametrize(
    ("first", "second", "named"), [("her:", "him:", "him"), ("-", "-", "branch 2")], ids=["named", "unnamed"]
)
def test_the_branch_that_failed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str, named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = f"steps:\n  - meanwhile:\n      {first} [launch]\n      {second} [launch, expect: {{accounts: 1}}]\n"
    Path("x.journey.yaml").write_text(f"journey: x\n{steps}")

    result = CliRunner().invoke(main, ["run", "x.journey.yaml"])

    assert f"    step 1.2.2, in {named}, x.journey.yaml:5\n" in result.output
    assert "expected   accounts: 1\n" in result.output

"""`bank-app-sim run`, as somebody sees it who types it."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main
from bank_app_sim.invocation import command
from bank_app_sim.journeys.playing.runner import FEW
from bank_app_sim.journeys.scripts.schema import as_json

GOOD = "journey: All is well\nsteps:\n  - launch\n  - create a Dream: Bike\n"
BAD = "journey: Something is wrong\nsteps:\n  - launch\n  - create a Dream: Bike\n  - expect: {Dreams: 2}\n  - launch\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bad.journey.yaml").write_text(BAD)
    (tmp_path / "good.journey.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def test_a_journey_that_passes_is_a_line_and_exit_code_0(folder: Path) -> None:
    result = typed("good.journey.yaml")

    assert result.exit_code == 0
    first, last = result.output.splitlines()
    assert first.startswith("passed  good  2 steps, ")
    assert last.startswith("1 passed, 0 failed; 2 steps in ")


def test_a_journey_that_fails_says_where_what_and_how_to_repeat_it_and_exit_code_1(folder: Path) -> None:
    result = typed("bad.journey.yaml", "--seed", "5")

    assert result.exit_code == 1
    assert "FAILED  bad" in result.output
    assert "step 3, bad.journey.yaml:5\n      expect: {Dreams: 2}" in result.output
    assert "expected   Dreams: 2\n    there was  Dreams: 1 " not in result.output  # one name needs no list
    assert "expected   Dreams: 2\n    there was  Dreams: 1\n" in result.output
    assert re.search(r"the last (\d+) of \1 messages", result.output)
    assert "Bank App ──▶ Impact Finance SDK  SDK.launch" in result.output
    assert f"repeat it  {command('run', 'bad.journey.yaml', '--seed', '5')}\n" in result.output


def test_what_repeats_a_failure_repeats_it(folder: Path) -> None:
    told = typed("bad.journey.yaml", "--seed", "5").output

    again = typed(*told.split("bank-app-sim run ")[1].splitlines()[0].split())

    def told_of(text: str) -> str:
        return text.partition("step 3")[2].partition("repeat it")[0]

    assert told_of(again.output) == told_of(told)


def test_output_that_is_piped_is_plain(folder: Path) -> None:
    assert "\x1b" not in typed("good.journey.yaml", "bad.journey.yaml").output


def test_as_json_it_is_one_document(folder: Path) -> None:
    result = typed("good.journey.yaml", "bad.journey.yaml", "--json", "--workers", "1")

    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (document["passed"], document["failed"]) == (1, 1)
    assert [journey["outcome"] for journey in document["journeys"]] == ["passed", "failed"]
    failure = document["journeys"][1]["steps"][2]["failure"]
    assert failure == {"expected": "Dreams: 2", "found": "Dreams: 1", "way_out": ""}


def test_every_repetition_has_a_seed_of_its_own(folder: Path) -> None:
    result = typed("good.journey.yaml", "--json", "--repeat", "3", "--seed", "10", "--workers", "1")

    assert [journey["seed"] for journey in json.loads(result.stdout)["journeys"]] == [10, 11, 12]


def test_fail_fast_stops_at_the_first_failure_and_names_what_it_skipped(folder: Path) -> None:
    result = typed(".", "--fail-fast", "--workers", "1")

    assert result.exit_code == 1
    assert "skipped  1 journey: good; --fail-fast, and bad had failed" in result.output
    assert "0 passed, 1 failed, 1 skipped; 3 steps in " in result.output


@pytest.mark.thorough
def test_many_journeys_are_told_of_only_where_they_fail(folder: Path) -> None:
    result = typed("good.journey.yaml", "--repeat", "101", "--workers", "1")

    assert result.output.startswith("101 passed, 0 failed")


def test_the_list_has_a_line_for_each(folder: Path) -> None:
    assert typed(".", "--list").output == "bad   Something is wrong\ngood  All is well\n"
    assert re.search(r"^declined_then_accepted +Asked once, declined", typed("--list").output, flags=re.MULTILINE)


def test_the_schema_is_printed() -> None:
    assert typed("--schema").stdout == as_json()


def test_recordings_are_written_and_held(folder: Path) -> None:
    (folder / "kept.journey.yaml").write_text(GOOD + "  - expect as recorded\n")

    assert typed("kept.journey.yaml").exit_code == 1
    assert typed("kept.journey.yaml", "--update").exit_code == 0
    assert typed("kept.journey.yaml", "--seed", "9").exit_code == 0

    (folder / "kept.recorded.json").write_text("{")
    broken = typed("kept.journey.yaml")
    assert broken.exit_code == 2
    assert "is not a recording" in broken.output
    assert "Traceback" not in broken.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing_like_it"], "is neither a file nor a journey of the library"),
        (["good.journey.yaml", "-k", "unheard of"], "no journey has 'unheard of'"),
        (["good.journey.yaml[n=1]"], "has no row 'n=1'; there is none"),
        (["--repeat", "0"], "0 is not in the range"),
        (["--workers", "none"], "'none' is not a valid integer"),
        (["--event-loop", "curio"], "'curio' is not one of"),
    ],
)
def test_wrong_use_gets_a_sentence_and_exit_code_2(folder: Path, words: list[str], said: str) -> None:
    result = typed(*words)

    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_the_command_says_how_many_processes_there_are() -> None:
    assert f"one for up to {FEW} journeys" in " ".join(typed("--help").output.split())


def test_the_command_explains_itself_with_examples() -> None:
    assert "bank-app-sim run declined_then_accepted" in typed("--help").output


@pytest.mark.parametrize("event_loop", ["asyncio", "trio"])
def test_it_plays_on_either_loop(folder: Path, event_loop: str) -> None:
    assert typed("good.journey.yaml", "--event-loop", event_loop).exit_code == 0


@pytest.mark.processes
@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_shown_on_terminals_only(folder: Path, is_terminal: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bank_app_sim", "run", "good.journey.yaml", "--repeat", "30", "--workers", "1"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=theirs if is_terminal else subprocess.PIPE, timeout=60
    )
    os.close(theirs)

    shown = os.read(ours, 100_000).decode() if is_terminal else done.stderr.decode()
    os.close(ours)
    assert done.returncode == 0
    assert ("30/30" in shown or "/30" in shown) == is_terminal
    assert done.stdout.decode().count("passed  good") == 30

"""Recorded expectations: written with --update, held against what happens later, whatever the seed."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.recorded_files import Recorded, update
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.scripts.script import Script

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


def played(script: Script, *, seed: int = 0, event_loop: str = "asyncio") -> JourneyResult:
    [result] = play_jobs([Job(script, seed)], Plan(event_loop=event_loop))
    return result


def recorded(script: Script) -> JourneyResult:
    """The same, with what it finds written down."""
    [result] = play_jobs([Job(script, 0)], Plan(updates=True))
    update(Recorded(Path(script.file), [script.row], {script.row: (script, result)}))
    return result


def saving(path: Path, *, dream: str = "Bike", what: str = "") -> Script:
    return written(STEPS.format(dream=dream, what=what), path=path, given="{webhooks: yes}")


def test_what_was_never_recorded_says_how_to(path: Path) -> None:
    result = played(saving(path))

    assert failed(result).expected == "a recording"
    assert failed(result).found == "none of this step (recording 1) in saving.recorded.json; run once with --update"
    assert not path.with_name("saving.recorded.json").exists()


@pytest.mark.parametrize("event_loop", ["asyncio", "trio"])
def test_what_is_recorded_holds_again_with_any_seed_on_either_loop(path: Path, event_loop: str) -> None:
    assert recorded(saving(path)).outcome is Outcome.PASSED

    for seed in range(4):
        result = played(saving(path), seed=seed, event_loop=event_loop)
        assert result.outcome is Outcome.PASSED, failed(result)


def test_what_is_recorded_has_no_ids_and_no_secrets(path: Path) -> None:
    recorded(saving(path))

    text = path.with_name("saving.recorded.json").read_text(encoding="utf-8")

    assert "bank_app to bank_backend: POST /sign-in" in json.loads(text)["no row"]["recording 1"]["messages"]
    assert "Bike" in text
    assert "-4" not in text.replace("2027-01-04", "")


def test_a_difference_is_said(path: Path) -> None:
    recorded(saving(path))

    result = played(saving(path, dream="Boat", what=": state"))

    assert failed(result).expected.endswith('name, "Bike"')
    assert failed(result).found.endswith('name, "Boat"')


def test_a_message_more_or_less_is_said(path: Path) -> None:
    recorded(saving(path))
    script = written(STEPS.format(dream="Bike", what=": messages").replace("3 days", "3 weeks"), path=path)

    result = played(script)

    assert failed(result).expected.startswith("messages: number ")


def test_recording_again_takes_what_is_there_now(path: Path) -> None:
    recorded(saving(path))
    recorded(saving(path, dream="Boat"))

    assert played(saving(path, dream="Boat")).outcome is Outcome.PASSED


@pytest.mark.parametrize("content", ["{", "[]", '{"no row": 5}', "[" * 100_000], ids=["half", "list", "row", "deep"])
def test_a_file_that_is_no_recording_is_named(path: Path, content: str) -> None:
    path.with_name("saving.recorded.json").write_text(content)

    result = played(saving(path))

    assert result.outcome is Outcome.ERROR
    assert re.search(r"saving\.recorded\.json is not a recording: .*; remove it and record again", result.reason)


RECORDS = "expect as recorded: state"
TWO = ["launch", RECORDS, "create a Dream: Bike", RECORDS]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "kept.journey.yaml"


def write(file: Path, *steps: str, rows: str = "", title: str = "x") -> None:
    table = f"about: of <n>\nrows: {rows}\n" if rows else ""
    file.write_text(f"journey: {title}\n{table}steps:\n" + "".join(f"  - {step}\n" for step in steps))


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def kept(file: Path) -> dict[str, list[str]]:
    """The names of what is in the file, by row."""
    recordings = json.loads(file.with_name("kept.recorded.json").read_text())
    return {row: list(named) for row, named in recordings.items()}


@pytest.mark.parametrize(
    "steps",
    [
        ["wait: 1 minute", *TWO],
        ["launch", "wait: 1 minute", *TWO[1:]],
        [*TWO[:3], "wait: 1 minute", TWO[3]],
        [*TWO, "wait: 1 minute"],
        [*TWO[:3], "the user thinks for: {time: 5 minutes, may do nothing: yes}", TWO[3]],
    ],
)
def test_a_step_that_is_inserted_orphans_no_recording(file: Path, steps: list[str]) -> None:
    write(file, *TWO)
    assert typed(file.name, "--update").exit_code == 0

    write(file, *steps, title="reworded")

    result = typed(file.name)
    assert result.exit_code == 0, result.output
    assert "unchanged kept.recorded.json: 2 recordings" in typed(file.name, "--update").output


def test_an_update_says_what_it_wrote_and_what_has_changed(file: Path) -> None:
    write(file, *TWO)
    first = typed(file.name, "--update").output
    write(file, *[step.replace("Bike", "Boat") for step in TWO], RECORDS)
    second = typed(file.name, "--update").output

    assert "wrote kept.recorded.json: 2 new (recording 1; recording 2)" in first
    assert "wrote kept.recorded.json: 1 new (recording 3), 1 changed (recording 2), 1 unchanged" in second


def test_what_is_unchanged_is_not_written_again(file: Path) -> None:
    write(file, *TWO)
    typed(file.name, "--update")
    before = file.with_name("kept.recorded.json").stat()

    typed(file.name, "--update", "--seed", "3")

    after = file.with_name("kept.recorded.json").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_an_update_removes_what_no_step_has_any_more(file: Path) -> None:
    write(file, *TWO, rows="[{n: 1}, {n: 2}]")
    typed(file.name, "--update")
    write(file, *TWO[:3], rows="[{n: 2}, {n: 3}]")

    said = typed(file.name, "--update").output

    assert kept(file) == {"n=2": ["recording 1"], "n=3": ["recording 1"]}
    assert "1 new (n=3: recording 1), 3 removed (n=1: recording 1; n=1: recording 2; n=2: recording 2)" in said


def test_the_last_recording_takes_the_file_with_it(file: Path) -> None:
    write(file, *TWO)
    typed(file.name, "--update")
    write(file, "launch")

    assert "removed kept.recorded.json: 2 removed" in typed(file.name, "--update").output
    assert not file.with_name("kept.recorded.json").exists()


def test_a_row_that_is_not_played_keeps_its_recordings(file: Path) -> None:
    write(file, *TWO, rows="[{n: 1}, {n: 2}]")
    typed(file.name, "--update")

    typed(f"{file.name}[n=2]", "--update")

    assert kept(file) == {f"n={n}": ["recording 1", "recording 2"] for n in (1, 2)}


def test_a_step_that_was_not_reached_keeps_its_recording(file: Path) -> None:
    write(file, *TWO)
    typed(file.name, "--update")
    write(file, *TWO[:3], "expect: {accounts: 5}", TWO[3])

    assert typed(file.name, "--update").exit_code == 1
    assert kept(file) == {"no row": ["recording 1", "recording 2"]}


def test_recordings_of_branches_and_of_a_beginning_have_names_of_their_own(file: Path) -> None:
    write(file.with_name("begun.journey.yaml"), *TWO)
    branches = "meanwhile: {her: [wait: 1 hour, expect as recorded: state], him: [expect as recorded: state]}"
    write(file, branches, RECORDS)
    file.write_text("begins with: begun.journey.yaml\n" + file.read_text())

    typed(file.name, "--update")

    assert sorted(kept(file)["no row"]) == [
        "her: recording 1",
        "him: recording 1",
        "recording 1",
        "recording 1 of begun",
        "recording 2 of begun",
    ]


@pytest.mark.processes
def test_rows_that_are_recorded_at_once_are_all_kept(file: Path) -> None:
    columns = ", ".join(f"{{n: {n}}}" for n in range(1, 31))
    write(file, "wait: <n> days", "expect as recorded: messages", rows=f"[{columns}]")

    assert typed(file.name, "--update", "--workers", "2").exit_code == 0

    assert len(kept(file)) == 30
    assert typed(file.name).exit_code == 0

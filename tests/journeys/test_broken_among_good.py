"""A run tells of everything that was asked for: what was played, what could not be, and what was not begun any more."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main

GOOD = "journey: All is well\nsteps:\n  - launch\n"
WRONG = "journey: Wrong\nsteps:\n  - launch\n  - expect: {accounts: 1}\n"
BROKEN = "journey: A lunch\nrows:\n  - {who: ada}\n  - {who: bo}\nsteps:\n  - lanch: <who>\n"
SENTENCE = "unknown step 'lanch'; did you mean 'launch'?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "broken.journey.yaml").write_text(BROKEN)
    (tmp_path / "good.journey.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", "--workers", "1", *words])


def cases(report: Path) -> dict[str, str]:
    """What came of each journey, by its name in junit.xml."""
    root = ElementTree.parse(report / "junit.xml").getroot()
    return {case.get("name", ""): next((child.tag for child in case), "passed") for case in root.iter("testcase")}


def unlike_a_file(path: Path) -> None:
    path.symlink_to("nowhere.yaml")


def unlike_a_text(path: Path) -> None:
    path.write_bytes(b"journey: \xff\n")


def unlike_yaml(path: Path) -> None:
    path.write_text("journey: A lunch\nsteps: [launch\n")


def misspelt(path: Path) -> None:
    path.write_text(BROKEN)


def with_a_broken_recording(path: Path) -> None:
    path.write_text(GOOD + "  - expect as recorded\n")
    path.with_name("broken.recorded.json").write_text("{")


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (misspelt, f"broken.journey.yaml:6:5: {SENTENCE}"),
        (unlike_yaml, "broken.journey.yaml:2:8: this `[` is never closed; a `]` is missing"),
        (unlike_a_text, "broken.journey.yaml:1:10: this is not UTF-8"),
        (unlike_a_file, "broken.journey.yaml is a link to nowhere.yaml, which is not there"),
        (with_a_broken_recording, "broken.recorded.json is not a recording"),
    ],
)
def test_one_that_cannot_be_played_is_an_error_and_the_others_are_played(
    folder: Path, damaged: Callable[[Path], None], said: str
) -> None:
    (folder / "broken.journey.yaml").unlink()
    damaged(folder / "broken.journey.yaml")

    result = typed(".", "--report", "evidence")

    assert result.exit_code == 2
    assert said in result.output
    assert "passed  good" in result.output
    assert "1 passed, 0 failed, 1 error; 1 step in" in result.output
    assert cases(folder / "evidence") == {"broken": "error", "good": "passed"}
    error = ElementTree.parse("evidence/junit.xml").getroot().find(".//error")
    assert error is not None
    assert said in error.get("message", "")
    assert said.split(":")[0] in (folder / "evidence" / "report.html").read_text()


def test_the_report_has_place_and_sentence(folder: Path) -> None:
    typed(".", "--report", "evidence")

    page = (folder / "evidence" / "report.html").read_text().replace("&#39;", "'")
    assert f"broken.journey.yaml:6:5: {SENTENCE}" in page
    (broken, _) = json.loads((folder / "evidence" / "trace.json").read_text())["journeys"]
    assert (broken["outcome"], SENTENCE in broken["reason"]) == ("error", True)


def test_a_failure_beside_a_mistake_is_told_as_well(folder: Path) -> None:
    (folder / "wrong.journey.yaml").write_text(WRONG)

    result = typed(".")

    assert result.exit_code == 2
    end = result.output.splitlines()[-4:]
    assert end[1].startswith(f"ERROR   broken: broken.journey.yaml:6:5: {SENTENCE}")
    assert end[2] == "FAILED  wrong: expected accounts: 1; there was accounts: 0"
    assert end[3].startswith("1 passed, 1 failed, 1 error; ")


@pytest.mark.parametrize(
    ("keyword", "exit_code"),
    [("well", 0), ("not lunch", 0), ("good", 0), ("lunch", 2), ("who=bo", 2), ("who=cy or", None), ("broken", 2)],
)
def test_a_mistake_matters_only_where_the_words_mean_its_file(
    folder: Path, keyword: str, exit_code: int | None
) -> None:
    result = typed(".", "-k", keyword)

    assert result.exit_code == (2 if exit_code is None else exit_code)
    assert (SENTENCE in result.output) == (exit_code == 2)


def test_words_of_a_title_find_it_in_a_file_that_is_no_yaml(folder: Path) -> None:
    unlike_yaml(folder / "broken.journey.yaml")

    assert typed(".", "-k", "lunch").exit_code == 2
    assert typed(".", "-k", "well").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [["nothing_like_it"], [".", "-k", "unheard of"], ["good.journey.yaml[a=1]"], ["--export", "arazzo"]],
    ids=" ".join,
)
def test_where_nothing_is_played_no_older_report_stays(folder: Path, words: list[str]) -> None:
    typed("good.journey.yaml", "--report", "evidence")
    (folder / "evidence" / "notes.txt").write_text("mine")

    result = typed(*words, "--report", "evidence")

    assert result.exit_code == 2
    assert sorted(os.listdir(folder / "evidence")) == ["notes.txt"]


def test_the_list_names_the_good_ones_and_the_mistakes(folder: Path) -> None:
    result = typed(".", "--list")

    assert result.exit_code == 2
    assert result.stdout == "good  All is well\n"
    assert SENTENCE in result.stderr


def test_a_sandbox_that_is_not_there_is_one_error_and_the_others_are_skipped(folder: Path) -> None:
    result = typed("good.journey.yaml", "--repeat", "3", "--against", "http://127.0.0.1:9", "--report", "evidence")

    assert result.exit_code == 2
    assert list(cases(folder / "evidence").values()) == ["error", "skipped", "skipped"]
    assert "0 passed, 0 failed, 1 error, 2 skipped" in result.output


def test_a_file_that_is_only_called_otherwise_is_told_of(folder: Path) -> None:
    (folder / "other.yaml").write_text(GOOD)
    (folder / "short.journey.yml").write_text(GOOD)
    (folder / "settings.yaml").write_text("a: 1\n")

    result = typed(".", "-k", "well")

    assert "left out: other.yaml looks like a journey; one is called *.journey.yaml" in result.stderr
    assert "settings.yaml" not in result.output
    assert "passed  short" in result.stdout


def test_nothing_but_the_report_of_this_run_is_ever_there(folder: Path) -> None:
    """While it is written anew, the one before is away; and what is written is there whole."""
    from bank_app_sim.journeys import evidence

    typed("good.journey.yaml", "--report", "evidence")

    evidence.clear(folder / "evidence")

    assert os.listdir(folder / "evidence") == []


def names_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        yield path.name


def test_no_half_written_file_stays(folder: Path) -> None:
    typed("good.journey.yaml", "--report", "evidence")

    assert [name for name in names_in(folder / "evidence") if name.endswith(".part")] == []

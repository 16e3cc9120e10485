"""`bank-app-sim trace diff`, as somebody types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main
from bank_app_sim.journeys.evidence import trace_file
from bank_app_sim.journeys.results import JourneyResult

from .samples import made, message, played


@pytest.fixture
def a(failing: JourneyResult, tmp_path: Path) -> Path:
    return written(tmp_path / "a.json", failing)


def written(file: Path, *results: JourneyResult) -> Path:
    file.write_text(trace_file.document(results))
    return file


def diff(*words: object) -> Result:
    return CliRunner().invoke(main, ["trace", "diff", *map(str, words)])


def test_the_same_is_said_in_a_line_with_exit_code_0(a: Path) -> None:
    result = diff(a, a)

    assert (result.exit_code, result.output) == (0, "the same: 1 journey, 79 messages\n")


def test_two_seeds_are_the_same_and_exactly_they_are_not(a: Path, tmp_path: Path) -> None:
    b = written(tmp_path / "b.json", played(8))

    assert diff(a, b).exit_code == 0
    assert diff(a, b, "--exact").exit_code == 1


def test_where_they_part_is_shown_with_what_was_before_and_both_sides(a: Path, tmp_path: Path) -> None:
    result = diff(a, written(tmp_path / "b.json", played(dream="Boat")))

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "account-while-saving: A and B part at message 8"
    assert [line.split()[0] for line in lines[3:7]] == ["4", "5", "6", "7"]
    (fields,) = [line.split() for line in lines if "detail." in line]
    assert fields == ["detail.body.dream.name", "Bike", "Boat"]
    assert lines[-1] == "1 journey parts, 0 the same"
    assert "\x1b" not in result.output, "not on a terminal it is plain text"


def test_a_run_that_ends_earlier_is_said_to(tmp_path: Path) -> None:
    shorter, longer = made(messages=[message(1)]), made(messages=[message(1), message(2, "PUT /users")])

    result = diff(written(tmp_path / "a.json", shorter), written(tmp_path / "b.json", longer))

    assert "saves: A ends where B goes on" in result.output
    assert "(nothing more)" in result.output
    assert "PUT /users" in result.output


def test_journeys_that_only_one_has_are_named(a: Path, tmp_path: Path) -> None:
    result = diff(a, written(tmp_path / "b.json", made("new", row="x=1"), made("newer")))

    assert result.exit_code == 1
    assert "only in A: account-while-saving\nonly in B: new [x=1]; newer\n" in result.output


def test_a_name_with_brackets_is_shown_as_it_is(tmp_path: Path) -> None:
    one, other = (made(messages=[message(1, label)]) for label in ("[red]a[/red]", "[bold]b"))

    result = diff(written(tmp_path / "a.json", one), written(tmp_path / "b.json", other))

    assert "[red]a[/red]" in result.output
    assert "[bold]b" in result.output


def test_programs_get_json(a: Path, tmp_path: Path) -> None:
    result = diff(a, written(tmp_path / "b.json", played(dream="Boat")), "--json")

    comparison = json.loads(result.output)
    assert comparison["partings"][0]["differences"] == [{"field": "detail.body.dream.name", "a": "Bike", "b": "Boat"}]
    assert comparison["partings"][0]["a"]["n"] == 8


def test_wrong_use_is_a_sentence_and_exit_code_2(a: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"version": 1, "messages": []}')

    for words, said in [
        ((a,), "Missing argument 'B'"),
        ((a, tmp_path / "none.json"), "none.json cannot be read: No such file or directory"),
        ((a, tmp_path), "cannot be read: Is a directory"),
        ((a, tmp_path / "old.json"), "is a trace of version 1, and this program reads 3"),
    ]:
        result = diff(*words)
        assert result.exit_code == 2
        assert said in result.output
        assert "Traceback" not in result.output

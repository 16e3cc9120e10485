"""Where scripts come from: files with a text, of a size that a script has, in the folder of the one that names them."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from bank_app_sim.cli import main
from bank_app_sim.journeys.playing.job import Job, Plan, command_for
from bank_app_sim.journeys.scripts.reader import read_file
from bank_app_sim.journeys.scripts.script import Doing
from bank_app_sim.journeys.scripts.selection import selected
from bank_app_sim.journeys.text.mistakes import ScriptMistakes
from bank_app_sim.journeys.text.source import LARGEST_SCRIPT

JOURNEY = "journey: x\nsteps:\n  - launch\n"
SECOND = "journey: y\nbegins with: {}\nsteps:\n  - create a Dream: Bike\n"


def sentence_of(path: Path) -> str:
    with pytest.raises(ScriptMistakes) as raised:
        read_file(path)
    [mistake] = raised.value.mistakes
    return mistake.sentence


def test_a_device_is_no_script() -> None:
    assert sentence_of(Path("/dev/zero")).startswith("this is a device or a pipe, not a file")


def test_a_link_to_a_device_is_no_script_and_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "zero.journey.yaml").symlink_to("/dev/zero")
    (tmp_path / "one.journey.yaml").write_text(JOURNEY)

    selection = selected([str(tmp_path)])

    assert [broken.name for broken in selection.broken] == ["zero"]
    assert [script.name for script in selection.scripts] == ["one"]


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "pipe.journey.yaml")
    (tmp_path / "one.journey.yaml").write_text(JOURNEY)

    selection = selected([str(tmp_path)])

    assert [script.name for script in selection.scripts] == ["one"]
    assert selection.broken[0].mistakes[0].sentence.startswith("this is a device or a pipe, not a file")


def test_what_is_longer_than_any_journey_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "long.journey.yaml"
    path.write_text(JOURNEY + "#" * LARGEST_SCRIPT)

    assert sentence_of(path) == f"this is a file of more than {LARGEST_SCRIPT:,} bytes, the most that is read"


@pytest.mark.parametrize("content", [b"\0\x01\x02", bytes(range(256)), b"\xff\xfej\0o\0u\0r\0n\0e\0y\0"])
def test_what_is_no_text_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "binary.journey.yaml"
    path.write_bytes(content)

    assert "cannot be in a text" in sentence_of(path) or "not UTF-8" in sentence_of(path)


@pytest.mark.thorough
@pytest.mark.parametrize("nested", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "&a [*a, " * 1000])
def test_what_is_nested_without_end_is_refused_soon(tmp_path: Path, nested: str) -> None:
    path = tmp_path / "deep.journey.yaml"
    path.write_text(f"journey: x\nsteps: {nested}")

    assert sentence_of(path)


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "marked.journey.yaml"
    path.write_text(JOURNEY, encoding="utf-8-sig")
    [script] = read_file(path)
    assert script.title == "x"

    path.write_text("journy: x\nsteps: [launch]\n", encoding="utf-8-sig")
    with pytest.raises(ScriptMistakes) as raised:
        read_file(path)
    assert str(raised.value).splitlines()[1:] == ["    journy: x", "    ^"]


def test_spaces_of_copied_texts_are_spaces(tmp_path: Path) -> None:
    path = tmp_path / "copied.journey.yaml"
    path.write_text(
        "journey:\u00a0x\nsteps:\n\u00a0 - launch\n  -\u00a0create a\u00a0Dream:\u00a0Bike\n  - wait: 1\u202fday\n"
        '  - create a Dream: {name:\u00a0"A\u00a0B", target:\u00a050.00}\n'
    )

    [script] = read_file(path)

    steps = [step for step in script.steps if isinstance(step, Doing)]
    assert [step.words.name for step in steps] == ["launch", "create a Dream", "wait", "create a Dream"]
    assert steps[3].arguments == {"name": "A\u00a0B", "target_cents": 5_000}  # in quotes it is as it is


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a script, with one below it, one beside the folder, and links to both."""
    here = tmp_path / "here"
    (here / "below").mkdir(parents=True)
    (here / "below" / "first.journey.yaml").write_text(JOURNEY)
    (here / "first.journey.yaml").write_text(JOURNEY)
    (tmp_path / "first.journey.yaml").write_text(JOURNEY)
    (here / "in.journey.yaml").symlink_to(here / "below" / "first.journey.yaml")
    (here / "out.journey.yaml").symlink_to(tmp_path / "first.journey.yaml")
    (here / "away").symlink_to(tmp_path)
    return here


@pytest.mark.parametrize("name", ["first", "below/first", "./first.journey.yaml", "below/../first", "in", "signed_out"])
def test_a_journey_begins_with_one_of_its_folder_or_of_the_library(folder: Path, name: str) -> None:
    path = folder / "second.journey.yaml"
    path.write_text(SECOND.format(name))

    assert len(read_file(path)[0].steps) > 1


@pytest.mark.parametrize(
    "name", ["../first", "../first.journey.yaml", "out", "away/first", "below/../../first", "/etc/passwd", "/dev/zero"]
)
def test_a_journey_begins_with_nothing_outside_its_folder(folder: Path, name: str) -> None:
    path = folder / "second.journey.yaml"
    path.write_text(SECOND.format(name))

    sentence = sentence_of(path)

    assert "not below the folder of this script" in sentence or "no such file is beside this one" in sentence
    assert "root" not in sentence


@pytest.mark.parametrize("name", ["../first", "out", "away/first", "below/../../first"])
def test_a_folder_that_is_named_may_be_begun_with_too(folder: Path, name: str) -> None:
    path = folder / "second.journey.yaml"
    path.write_text(SECOND.format(name))

    [script] = read_file(path, begins_below=folder.parent)

    assert len(script.steps) == 2
    assert "--begins-below" in command_for(Job(script, 0), Plan())


@pytest.mark.parametrize("name", ["/etc/passwd", "../../elsewhere"])
def test_such_a_folder_allows_no_others(folder: Path, name: str) -> None:
    path = folder / "second.journey.yaml"
    path.write_text(SECOND.format(name))

    with pytest.raises(ScriptMistakes):
        read_file(path, begins_below=folder.parent)


def test_the_command_line_takes_such_a_folder(folder: Path) -> None:
    path = folder / "second.journey.yaml"
    path.write_text(SECOND.format("../first"))

    refused = CliRunner().invoke(main, ["run", str(path)])
    allowed = CliRunner().invoke(main, ["run", str(path), "--begins-below", str(folder.parent)])

    assert (refused.exit_code, allowed.exit_code) == (2, 0)
    assert "--begins-below" in refused.output


def test_a_script_that_is_a_link_begins_with_what_is_beside_the_link(folder: Path) -> None:
    (folder / "below" / "second.journey.yaml").write_text(SECOND.format("in"))
    (folder / "linked.journey.yaml").symlink_to(folder / "below" / "second.journey.yaml")

    assert len(read_file(folder / "linked.journey.yaml")[0].steps) == 2


def test_what_only_some_rows_make_wrong_is_told_in_these_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.journey.yaml"
    path.write_text(
        "journey: x\nrows:\n  - {a: 1, b: days}\n  - {a: 2, b: daze}\n  - {a: x, b: days}\n"
        "steps:\n  - launch\n  - wait: <a> <b>\n  - expect: {accounts: <a>}\n"
    )

    with pytest.raises(ScriptMistakes) as raised:
        read_file(path)

    assert [(each.place.line, each.place.column, each.sentence.split(";")[0]) for each in raised.value.mistakes] == [
        (4, 9, "'2 daze' is not a duration"),
        (5, 9, "'x days' is not a duration"),
        (5, 9, "'x' is not a count"),
    ]

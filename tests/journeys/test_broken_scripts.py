"""Scripts with the mistakes that people make: each is rejected at the right place, with a sentence that helps."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main
from bank_app_sim.journeys.scripts.reader import read, read_file
from bank_app_sim.journeys.text.mistakes import ScriptMistakes

FOLDER = Path(__file__).with_name("broken")
# `# expected 7:5: did you mean 'create a Dream'?`, on top of each file.
EXPECTED = re.compile(r"^# expected (\d+):(\d+): (.+)$", flags=re.MULTILINE)


def expected_of(path: Path) -> list[tuple[int, int, str]]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return [(int(line), int(column), sentence) for line, column, sentence in EXPECTED.findall(text)]


BROKEN = [path for path in sorted(FOLDER.glob("*.journey.yaml")) if expected_of(path)]


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def mistakes_of(path: Path) -> ScriptMistakes:
    with pytest.raises(ScriptMistakes) as raised:
        read_file(path)
    return raised.value


def test_there_are_many_of_them() -> None:
    assert len(BROKEN) >= 100


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name.removesuffix(".journey.yaml"))
def test_each_mistake_is_told_with_its_place_and_a_sentence(path: Path) -> None:
    expected = expected_of(path)

    mistakes = mistakes_of(path).mistakes

    assert [(mistake.place.line, mistake.place.column) for mistake in mistakes] == [place[:2] for place in expected]
    for mistake, (_, _, sentence) in zip(mistakes, expected, strict=True):
        assert mistake.sentence.startswith(sentence)
        assert mistake.place.file == str(path)


@pytest.mark.thorough
@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name.removesuffix(".journey.yaml"))
def test_the_command_line_says_so_and_ends_with_2(path: Path) -> None:
    result = typed(str(path))

    assert result.exit_code == 2
    assert "Traceback" not in result.output
    for line, column, sentence in expected_of(path):
        assert f"{path}:{line}:{column}: {sentence}" in result.output


def test_a_mistake_is_shown_below_its_line() -> None:
    [path] = FOLDER.glob("*_verb_misspelled.journey.yaml")

    assert str(mistakes_of(path)).splitlines()[1:] == ["      - create a Draem: Bike", "        ^"]


def test_a_line_that_is_long_is_shown_in_part() -> None:
    [path] = FOLDER.glob("*_nested_very_deeply.journey.yaml")

    _, line, sign = str(mistakes_of(path)).splitlines()

    assert len(line) < 130
    assert line[sign.index("^")] == "["


def test_signs_that_a_terminal_might_obey_are_not_printed() -> None:
    [path] = FOLDER.glob("*_nul.journey.yaml")

    assert "\0" not in str(mistakes_of(path))


def test_a_folder_tells_of_all_mistakes_in_all_its_files() -> None:
    result = typed(str(FOLDER))

    assert result.exit_code == 2
    assert f"{sum(len(expected_of(path)) for path in BROKEN)} mistakes" in result.output
    assert all(f"{path}:" in result.output for path in BROKEN)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"---\n", b"\xef\xbb\xbf"])
def test_a_file_with_nothing_in_it_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.journey.yaml"
    path.write_bytes(content)

    [mistake] = mistakes_of(path).mistakes

    assert mistake.sentence == "the file is empty; a journey has at least `journey` and `steps`"
    assert (mistake.place.line, mistake.place.column) == (1, 1)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone.journey.yaml"

    result = typed(str(path))

    assert result.exit_code == 2
    assert f"'{path}' is neither a file nor a journey of the library" in " ".join(result.output.split())


def test_a_beginning_that_cannot_be_read_is_named_in_the_journey_that_wants_it(tmp_path: Path) -> None:
    (tmp_path / "first.journey.yaml").write_bytes(b"journey: \xff")

    with pytest.raises(ScriptMistakes, match=r"'first' cannot be read: .*first\.journey\.yaml:1:10: this is not UTF-8"):
        read("journey: x\nbegins with: first\nsteps: [launch]\n", tmp_path / "second.journey.yaml")


def test_the_same_mistake_of_every_row_is_told_once() -> None:
    text = "journey: x\nrows: [{n: 1}, {n: 2}, {n: 3}]\nsteps:\n  - wiat: 1 day\n  - wait: <n> dyas\n"

    with pytest.raises(ScriptMistakes) as raised:
        read(text, Path("x.journey.yaml"))

    assert [mistake.sentence for mistake in raised.value.mistakes] == [
        "unknown step 'wiat'; did you mean 'wait'?",
        "'1 dyas' is not a duration; did you mean '1 day'?",
        "'2 dyas' is not a duration; did you mean '2 days'?",
        "'3 dyas' is not a duration; did you mean '3 days'?",
    ]

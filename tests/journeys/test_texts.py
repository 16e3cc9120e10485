"""Whatever text a script is, it is read, or rejected with mistakes within it."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.text.mistakes import ScriptMistakes, lines_of
from bank_app_sim.journeys.text.nodes import Plain
from bank_app_sim.journeys.text.one_line import one_line

PATH = Path("nowhere") / "x.journey.yaml"


VALID = """\
journey: Two users at once
about: In a line.
given:
  users: [ada, bo]
  the bank approves after: 3 days
rows:
  - {amount: 50.00, kind: weekly}
  - {amount: 2500, kind: daily}
steps:
  - launch
  - launch: bo
  - create a Dream: {name: Bike, target: 2500.00, wanted by: 2028-06-01}
  - launch a savehack: <kind> <amount>
  - launch a savehack: {savehack: thief, min amount: 1.00}
    fails: AccountProvisioningDeclined
    saying: "declined: "
  - meanwhile:
      ada:
        - wait: 1 day
      bo:
        - create a Dream: 'Boat'
          by: bo
  - the network loses: {what: "POST /accounts", times: 2}
  - expect: {callbacks: 2, savehacks: {active: at least 1, paused: 0}, balance: 0.00 to 50.00}
  - expect as recorded
  - eventually:
      within: 1 day
      deposits: {settled: more than 0}
"""


def check(text: str) -> None:
    """Read it, or be told where in it the mistakes are."""
    told = None
    try:
        read(text, PATH)
    except ScriptMistakes as error:
        told = error
    if told is None:
        return
    lines = lines_of(text)
    assert told.mistakes
    assert str(told)
    for mistake in told.mistakes:
        assert mistake.sentence
        assert mistake.place.file == str(PATH)
        assert 1 <= mistake.place.line <= len(lines), mistake
        assert 1 <= mistake.place.column <= len(lines[mistake.place.line - 1]) + 1, mistake


def test_the_script_that_is_mutated_below_is_valid() -> None:
    first, second = read(VALID, PATH)

    assert (first.row, second.row) == ("amount=50.00, kind=weekly", "amount=2500, kind=daily")
    assert first.steps[3].text == "launch a savehack: weekly 50.00"


@given(st.text())
@example("\ufeff")
@example("\x85: [")
@example("a: \u2028 b: c")
@example("%")
@example("'")
@example('"\\')
def test_any_text_is_read_or_rejected(text: str) -> None:
    check(text)


@given(st.text(alphabet="journeystp:- \n\t[]{}<>'\"&*!|>%@`#,?~0\\"))
def test_anything_that_looks_like_yaml_is_read_or_rejected(text: str) -> None:
    check(text)


PIECES = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\t",
        ":",
        "-",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        ",",
        "#",
        "&a ",
        "*a",
        "!!int ",
        "<x>",
        "<",
        "1",
    ]
)


@pytest.mark.thorough
@given(st.integers(0, len(VALID) - 1), st.integers(0, 3), PIECES | st.characters())
def test_a_valid_script_with_other_signs_in_it_is_read_or_rejected(at: int, removed: int, put_in: str) -> None:
    check(VALID[:at] + put_in + VALID[at + removed :])


LINES = VALID.splitlines(keepends=True)


@pytest.mark.thorough
@given(st.data())
def test_a_valid_script_with_its_lines_mixed_up_is_read_or_rejected(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["delete", "double", "move", "indent", "dedent", "cut"])):
            case "delete":
                del lines[n]
            case "double":
                lines.insert(n, lines[n])
            case "move":
                lines.insert(data.draw(st.integers(0, len(lines) - 1)), lines.pop(n))
            case "indent":
                lines[n] = f"  {lines[n]}"
            case "dedent":
                lines[n] = lines[n].removeprefix("  ")
            case "cut":
                lines[n] = lines[n][: len(lines[n]) // 2] + "\n"

    check("".join(lines))


WORDS = st.sampled_from(
    [
        "at least",
        "2",
        "to",
        "2 days",
        "50.00",
        "<amount>",
        "weekly",
        "ada",
        "9" * 30,
        "-1",
        "\0",
        "0001-01-01 00:00+14:00",
    ]
)


@pytest.mark.thorough
@given(st.sampled_from([line for line in LINES if ": " in line]), st.lists(WORDS | st.text(max_size=5), max_size=4))
def test_a_valid_script_with_other_values_is_read_or_rejected(line: str, values: list[str]) -> None:
    name, _, _ = line.partition(": ")
    check(VALID.replace(line, f"{name}: {one_line(Plain(' '.join(values)))}\n"))


long_search = settings(max_examples=5_000)


@pytest.mark.nightly
@long_search
@given(st.integers(0, len(VALID) - 1), st.integers(0, 40), st.text(max_size=4) | PIECES)
def test_a_valid_script_with_a_part_replaced_is_read_or_rejected(at: int, removed: int, put_in: str) -> None:
    check(VALID[:at] + put_in + VALID[at + removed :])


@pytest.mark.nightly
@long_search
@given(st.text())
def test_any_text_at_all_is_read_or_rejected(text: str) -> None:
    check(text)

"""Whatever text a script is, it is read, or rejected with mistakes within it; and values come back as they went."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from bank_app_sim.journeys.expectations.ranges import AMOUNT, NUMBER, TIME, Comparison, money
from bank_app_sim.journeys.given import shown
from bank_app_sim.journeys.library import LIBRARY
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.scripts.script import Meanwhile, Script, Step
from bank_app_sim.journeys.text.mistakes import Mistake, ScriptMistakes, lines_of
from bank_app_sim.journeys.text.nodes import Listed, Mapped, Node, Plain
from bank_app_sim.journeys.text.one_line import one_line
from bank_app_sim.journeys.text.script_yaml import read_script
from bank_app_sim.journeys.vocabulary.amounts import CENTS, MOST_CENTS
from bank_app_sim.journeys.vocabulary.moments import LONGEST
from bank_app_sim.timeline import durations

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


def trees() -> st.SearchStrategy[Node]:
    plain = st.text(st.characters(codec="utf-8"), max_size=8).map(Plain)
    names = st.text(st.characters(codec="utf-8"), max_size=5).filter(lambda name: name != "<<").map(Plain)

    def more(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        listed = st.lists(inner, max_size=3).map(lambda items: Listed(tuple(items)))
        pairs = st.lists(st.tuples(names, inner), max_size=3, unique_by=lambda pair: pair[0].text)
        return listed | pairs.map(lambda items: Mapped(tuple(items)))

    return st.recursive(plain, more, max_leaves=8)


def without_places(node: Node) -> object:
    match node:
        case Plain():
            return node.text
        case Listed():
            return [without_places(item) for item in node.items]
        case Mapped():
            return {name.text: without_places(value) for name, value in node}


@given(trees())
@example(Plain("a: b"))
@example(Plain("a #b"))
@example(Plain("-"))
@example(Plain("..."))
@example(Listed((Plain(""), Plain("a, b"), Plain("{id}"), Plain("~"))))
def test_what_is_written_on_one_line_is_read_as_the_same(node: Node) -> None:
    line = f"x: {one_line(node)}"
    root = read_script(line, "x")

    assert "\n" not in line
    assert isinstance(root, Mapped)
    assert without_places(root.items[0][1]) == without_places(node)


@pytest.mark.thorough
@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_steps_of_the_library_are_shown_as_they_could_be_written(path: Path) -> None:
    for script in read(path.read_text(encoding="utf-8"), path):
        steps = "".join(f"  - {step.text}\n" for step in flat(script.steps))
        given = "\n".join(f"  {name}: {f'[{value}]' if ',' in value else value}" for name, value in given_in(script))
        read(f"journey: x\ngiven:\n{given}\nsteps:\n{steps}", PATH)


def given_in(script: Script) -> Iterable[tuple[str, str]]:
    return shown(script.arguments).items()


def flat(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All of them, those of branches one branch after the other."""
    for step in steps:
        if isinstance(step, Meanwhile):
            for _, branch in step.branches:
                yield from flat(branch)
        else:
            yield step


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta.max))
def test_a_duration_that_is_shown_is_read_as_the_same(duration: timedelta) -> None:
    assert durations.parsed(durations.shown(duration)) == duration


@given(st.text())
def test_a_text_is_a_duration_or_is_refused_in_words(text: str) -> None:
    said = ""
    try:
        durations.parsed(text)
    except ValueError as error:
        said = str(error)

    assert not said or repr(text) in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("90s", "1 minute 30 seconds"),
        ("1.5h", "1 hour 30 minutes"),
        ("1 DAY 12 hours", "1 day 12 hours"),
        ("2 w", "14 days"),
        ("0 s", "0 seconds"),
        ("0.000001s", "0.000001 seconds"),
        ("1 second", "1 second"),
    ],
)
def test_durations_are_read_and_shown_as_people_write_them(text: str, shown: str) -> None:
    assert durations.shown(durations.parsed(text)) == shown


@given(st.integers(-MOST_CENTS, MOST_CENTS))
def test_an_amount_that_is_shown_is_read_as_the_same(cents: int) -> None:
    assert CENTS.read(Plain(money(cents))) == cents


NUMBERS = (NUMBER, st.integers(0, 999_999_999), str)
AMOUNTS = (AMOUNT, st.integers(-MOST_CENTS, MOST_CENTS), money)
TIMES = (TIME, st.timedeltas(min_value=timedelta(), max_value=LONGEST), durations.shown)


@pytest.mark.parametrize(("kind", "values", "shown"), [NUMBERS, AMOUNTS, TIMES], ids=["numbers", "amounts", "times"])
@given(st.data())
def test_comparisons_hold_for_what_they_say(
    kind: Comparison[int], values: st.SearchStrategy[int], shown: Callable[[object], str], data: st.DataObject
) -> None:
    one, other, third = sorted(data.draw(st.tuples(values, values, values)))

    def holds(text: str, value: int) -> bool:
        return value in kind.read(Plain(text))

    for value in (one, other, third):
        text = shown(other)
        assert holds(text, value) == (value == other)
        if other != kind.least:
            assert holds(f"at least {text}", value) == (value >= other)
        assert holds(f"at most {text}", value) == (value <= other)
        assert holds(f"more than {text}", value) == (value > other)
        if other > one:
            assert holds(f"less than {text}", value) == (value < other)
        assert holds(f"{shown(one)} to {text}", value) == (one <= value <= other)


@pytest.mark.parametrize(
    "text", ["less than 0", "at least 0", "5 to 2", "2 to", "at lest 2", ">= 2", "two", "1,5", "-1", "at least", ""]
)
def test_a_comparison_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        NUMBER.read(Plain(text))


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

"""Values that are shown are read as the same: trees, durations, amounts and comparisons."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from bank_app_sim.journeys.expectations.ranges import AMOUNT, NUMBER, TIME, Comparison, money
from bank_app_sim.journeys.given import shown
from bank_app_sim.journeys.library import LIBRARY
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.scripts.script import Meanwhile, Script, Step
from bank_app_sim.journeys.text.mistakes import Mistake
from bank_app_sim.journeys.text.nodes import Listed, Mapped, Node, Plain
from bank_app_sim.journeys.text.one_line import one_line
from bank_app_sim.journeys.text.script_yaml import read_script
from bank_app_sim.journeys.vocabulary.amounts import CENTS, MOST_CENTS
from bank_app_sim.journeys.vocabulary.moments import LONGEST
from bank_app_sim.timeline import durations

PATH = Path("nowhere") / "x.journey.yaml"


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

"""A name by which a script looks something up is one that it gives, or a mistake."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.expectations.observables import OBSERVABLES
from bank_app_sim.journeys.given import given
from bank_app_sim.journeys.journey import Journey
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.scripts.selection import library
from bank_app_sim.journeys.text.mistakes import Mistake
from bank_app_sim.journeys.text.nodes import Listed, Mapped, Node, Plain
from bank_app_sim.journeys.text.script_yaml import read_script

from .named import BY_DREAM, STEPS, mistakes_of


@pytest.mark.parametrize("observable", BY_DREAM)
def test_what_is_counted_by_dream_names_one_that_is_created(observable: str) -> None:
    line = f"  - expect: {{{observable}: {{Bkie: 0}}}}\n"

    assert mistakes_of(STEPS + line) == [
        (7, line.index("Bkie") + 1, "this journey has no Dream 'Bkie'; did you mean 'Bike'?")
    ]
    assert read(STEPS + line.replace("Bkie", "House"), Path("x.journey.yaml"))


@pytest.mark.parametrize("observable", BY_DREAM)
def test_what_a_dream_holds_is_looked_up_among_those_of_the_user_who_is_looked_at(observable: str) -> None:
    theirs = f"  - expect: {{of: bo, {observable}: {{House: 0}}}}\n"
    others = theirs.replace("House", "Bike")

    assert read(STEPS + theirs, Path("x.journey.yaml"))
    if observable == "Dreams":
        assert read(STEPS + others, Path("x.journey.yaml"))
    else:
        assert mistakes_of(STEPS + others) == [(7, others.index("Bike") + 1, "'Bike' is no Dream of bo; it is ada's")]


def test_a_dream_of_the_beginning_is_its_users(tmp_path: Path) -> None:
    (tmp_path / "first.journey.yaml").write_text(STEPS)
    later = "journey: x\nbegins with: first\nsteps:\n  - expect: {of: bo, saved: {House: 0}}\n"

    assert read(later, tmp_path / "x.journey.yaml")
    assert mistakes_of(later.replace("bo", "ada"), tmp_path / "x.journey.yaml") == [
        (4, 31, "'House' is no Dream of ada; it is bo's")
    ]


@pytest.mark.parametrize("team", ["Arsenal", "Chelsea"])
def test_a_team_that_nobody_follows_may_score(team: str) -> None:
    followed = STEPS + "  - launch a savehack: {savehack: save league, team: Leeds}\n"

    assert read(f"{followed}  - a goal: {{team: {team}, may do nothing: yes}}\n", Path("x.journey.yaml"))


@pytest.mark.parametrize(
    "step",
    [
        "launch a savehack: {savehack: weekly, for: Bkie}",
        "pause the savehack: Bkie",
        "resume the savehack: Bkie",
        "stop the savehack: Bkie",
        "withdraw: {amount: 5.00, from: Bkie}",
        "move money: {amount: 5.00, from: House, to: Bkie}",
        "move money: {amount: 5.00, from: Bkie, to: House}",
        "delete the Dream: Bkie",
        "money arrives on the account: {amount: 5.00, dream: Bkie}",
        "money leaves the account: {amount: 5.00, dream: Bkie}",
    ],
)
def test_a_step_names_a_dream_that_is_created(step: str) -> None:
    line = f"  - {step}\n"

    [(number, column, sentence)] = mistakes_of(STEPS + line)

    assert (number, column) == (7, line.index("Bkie") + 1)
    assert sentence == "this journey has no Dream 'Bkie'; did you mean 'Bike'?"


def test_a_name_that_is_near_to_none_is_told_with_those_there_are() -> None:
    [(_, _, sentence)] = mistakes_of(f"{STEPS}  - expect: {{saved: {{Zeppelin: 0}}}}\n")

    assert sentence == "this journey has no Dream 'Zeppelin'; there is Bike or House, and `create a Dream` makes one"


def test_users_are_named_as_they_are_given() -> None:
    [(line, column, sentence)] = mistakes_of(f"{STEPS}  - expect: {{users: {{zoe: 0}}}}\n")

    assert (line, column) == (7, 22)
    assert sentence.startswith("unknown user 'zoe'; `users` in `given` has ada, bo")


def test_a_dream_may_be_expected_before_it_is_created_and_in_any_branch() -> None:
    text = (
        "journey: x\nsteps:\n  - launch\n  - expect: {Dreams: {Bike: 0}}\n"
        "  - meanwhile:\n      - [create a Dream: Bike]\n      - [wait: 1 day]\n  - expect: {Dreams: {Bike: 1}}\n"
    )

    assert read(text, Path("x.journey.yaml"))


def test_names_may_come_from_rows() -> None:
    text = (
        "journey: x\nrows: [{made: Bike, expected: Bike}, {made: Boat, expected: Boot}]\nsteps:\n  - launch\n"
        "  - create a Dream: <made>\n  - expect: {saved: {<expected>: 0}}\n"
    )

    [(_, _, sentence)] = mistakes_of(text)

    assert sentence == "this journey has no Dream 'Boot'; did you mean 'Boat'?"


def test_names_may_come_from_where_the_journey_begins(tmp_path: Path) -> None:
    (tmp_path / "first.journey.yaml").write_text("journey: x\nsteps:\n  - launch\n  - create a Dream: Bike\n")
    text = "journey: y\nbegins with: first\nsteps:\n  - expect: {Dreams: {NAME: 1}}\n"

    assert read(text.replace("NAME", "Bike"), tmp_path / "second.journey.yaml")
    [(_, _, sentence)] = mistakes_of(text.replace("NAME", "Bkie"), tmp_path / "second.journey.yaml")
    assert "did you mean 'Bike'?" in sentence


def test_nothing_is_said_of_names_where_a_step_that_may_give_them_cannot_be_read() -> None:
    text = "journey: x\nsteps:\n  - launch\n  - create a Draem: Bike\n  - withdraw: {amount: 5.00, from: Bike}\n"

    assert [sentence for _, _, sentence in mistakes_of(text)] == [
        "unknown step 'create a Draem'; did you mean 'create a Dream'?"
    ]


def test_everything_that_is_counted_by_a_word_knows_all_the_words() -> None:
    """No tally takes any word: a misspelt one would count nothing, and 0 would be right."""
    open_to_any = [
        name
        for name, each in OBSERVABLES.items()
        if getattr(each.kind, "words", "is no tally") is None and getattr(each.kind, "names", None) is None
    ]

    assert open_to_any == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"saved": {"Bkie": 0}}, "this journey has no Dream 'Bkie'; did you mean 'Bike'?"),
        ({"Dreams": {"Zeppelin": 0}}, "this journey has no Dream 'Zeppelin'; there is Bike"),
        ({"users": {"zoe": 0}}, "unknown user 'zoe'; `users`"),
        ({"of": "zoe", "accounts": 0}, "unknown user 'zoe'; `users`"),
        ({"messages_sent": {"POST /acounts": 0}}, "did you mean 'POST /accounts'?"),
        ({"events": {"DepositFialed": 0}}, "did you mean 'DepositFailed'?"),
        ({"orders": {"REFUSD": 0}}, "did you mean 'REFUSED'?"),
        ({"of": "ada", "faults": 0}, "`faults` is everybody's"),
    ],
)
async def test_in_python_a_name_that_nothing_has_is_a_mistake(expected: dict[str, Any], said: str) -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation, given(users=("ada", "bo")))
        await journey.launch()
        await journey.create_dream("Bike")

        with pytest.raises(Mistake) as raised:
            await journey.expect(**expected)

        assert said in str(raised.value)


async def test_in_python_what_has_been_there_can_be_meant() -> None:
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation)
        await journey.launch("carl")
        await journey.create_dream("Bike", by="carl")
        await journey.delete_dream(by="carl")

        await journey.expect(Dreams={"Bike": 0}, saved={"Bike": 0}, users={"carl": 1, "ada": 0})
        await journey.expect(of="carl", Dreams=0)


def names_in(node: Node, *, are_branches: bool = False) -> Iterator[Plain]:
    """All names of mappings, but those of branches, which mean nothing to anybody else."""
    if isinstance(node, Mapped):
        for name, value in node:
            if name.is_as_written and not are_branches:
                yield name
            yield from names_in(value, are_branches=name.text == "meanwhile")
    elif isinstance(node, Listed):
        for item in node.items:
            yield from names_in(item)


@pytest.mark.thorough
@pytest.mark.parametrize("path", library(), ids=lambda path: path.name)
def test_any_name_of_the_library_with_a_letter_too_many_is_a_mistake_in_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = [name for name in names_in(read_script(text, str(path))) if name.text[-1].isalpha()]

    for name in random.Random(path.name).sample(names, min(8, len(names))):
        lines = text.splitlines(keepends=True)
        line = lines[name.place.line - 1]
        end = name.place.column - 1 + len(name.text)
        lines[name.place.line - 1] = line[:end] + line[end - 1] + line[end:]

        mistakes = mistakes_of("".join(lines), path)

        assert name.place.line in [number for number, _, _ in mistakes] or "rows:" in text, name

"""Names that are looked up: each has to be one that something has got; if not, it is told with place and nearest."""

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
from bank_app_sim.journeys.text.mistakes import Mistake, ScriptMistakes
from bank_app_sim.journeys.text.nodes import Listed, Mapped, Node, Plain
from bank_app_sim.journeys.text.script_yaml import read_script
from bank_app_sim.journeys.vocabulary.name_kinds import SCREEN_TEXTS

STEPS = """journey: x
given: {users: [ada, bo]}
steps:
  - launch
  - create a Dream: Bike
  - create a Dream: {name: House, by: bo}
"""


def mistakes_of(text: str, path: Path = Path("x.journey.yaml")) -> list[tuple[int, int, str]]:
    with pytest.raises(ScriptMistakes) as raised:
        read(text, path)
    return [(each.place.line, each.place.column, each.sentence) for each in raised.value.mistakes]


BY_DREAM = ["Dreams", "linked Dreams", "saved", "achieved Dreams"]


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


@pytest.mark.parametrize(
    ("savehack", "event", "nearest"),
    [
        ("save league, team: Hammarby", "a goal: Hamarby", "Hammarby"),
        ("copycat, friend: carl", "a friend saves: {friend: carll, amount: 5.00}", "carl"),
        ("eurocup", "a goal: {team: Arsenla, competition: eurocup}", "Arsenal"),
        ("save league, team: Malmö", "a goal: malmo", "Malmö"),
    ],
)
def test_who_is_nearly_followed_is_a_mistake(savehack: str, event: str, nearest: str) -> None:
    text = f"{STEPS}  - launch a savehack: {{savehack: {savehack}}}\n  - {event}\n"

    [(line, _, sentence)] = mistakes_of(text)

    assert line == 8
    assert f"did you mean {nearest!r}?" in sentence


@pytest.mark.parametrize(
    ("followed", "scores"), [("Hammarby", "Malmö"), ("Team A", "Team B"), ("Team 1", "Team 11"), ("bo", "bob")]
)
def test_others_than_who_is_followed_may_do_what_they_like(followed: str, scores: str) -> None:
    savehack = f"  - launch a savehack: {{savehack: save league, team: {followed}}}\n"
    text = f"{STEPS}{savehack}  - a goal: {{team: {scores}, may do nothing: yes}}\n"

    assert read(text, Path("x.journey.yaml"))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("expect: {screen: We are openning your account}", "did you mean 'We are opening your account'?"),
        ("expect: {screen: [Impact Finance, Sign for you saving]}", "did you mean 'Sign for your saving'?"),
        ("expect: {reasons: insuficient funds}", "did you mean 'insufficient funds'?"),
        ("expect: {reasons: being lookd at}", "did you mean 'being looked at'?"),
        ("expect: {external IDs: [draems]}", "this journey has no external ID 'draems'; did you mean 'dreams'?"),
        ("the bank posts an account: the users ID", "'the users ID' is nearly \"the user's ID\""),
        ("the bank posts an account again: Nothing", "'Nothing' is nearly 'nothing'"),
    ],
)
def test_a_text_that_is_nearly_one_that_can_be_there_is_a_mistake(line: str, sentence: str) -> None:
    given = "  - the bank posts an account: dreams\n  - the bank fails the deposits: it is being looked at\n"

    [(number, _, said)] = mistakes_of(f"{STEPS}{given}  - {line}\n")

    assert number == 9
    assert sentence in said


@pytest.mark.parametrize(
    "line",
    [
        "expect: {screen: [We are opening, Impact Finance is closed, May up to 50.00 be saved each week for Bike]}",
        "expect: {reasons: [being looked at, the current account holds 0, account holds 3000]}",
        "expect: {reasons: whatever the bank may say}",
        "expect: {external IDs: [dreams, savings-17]}",
        "the bank posts an account: the user's ID",
        "the bank posts an account: nothing",
        "the bank posts an account: another",
    ],
)
def test_a_text_may_be_a_part_of_one_that_can_be_there_or_another_one(line: str) -> None:
    given = "  - the bank posts an account: dreams\n  - the bank fails the deposits: it is being looked at\n"

    assert read(f"{STEPS}{given}  - {line}\n", Path("x.journey.yaml"))


async def test_the_texts_that_are_known_are_those_that_the_app_shows() -> None:
    async with Simulation(seed=7, transfer_consents=True) as simulation:
        journey = Journey(simulation)
        await journey.launch()
        await journey.create_dream("Bike")
        await journey.launch_savehack("weekly", amount_cents=5_000)
        await journey.sign_out()
        shown = [*journey.people["ada"].seen]
    async with Simulation(seed=7) as simulation:
        journey = Journey(simulation)
        await journey.launch()
        await journey.create_dream("Bike")
        await journey.launch_savehack("weekly", amount_cents=5_000)
        shown += journey.people["ada"].seen

    assert len(set(shown)) > 5
    assert [text for text in shown if not any(text.startswith(known) for known in SCREEN_TEXTS)] == []


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

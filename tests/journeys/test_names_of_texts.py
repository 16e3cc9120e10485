"""Teams, friends and texts: what nearly has a name is a mistake, and other names are allowed."""

from pathlib import Path

import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.journey import Journey
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.vocabulary.name_kinds import SCREEN_TEXTS

from .named import STEPS, mistakes_of


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

"""Savehacks that live on what happens outside."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.engine import (
    LARGEST_CENTS,
    SAVEHACKS,
    Competition,
    FeedEvent,
    FeedType,
    Launch,
    consent,
    on_feed,
)

from .launches import ON_A_CALENDAR, a_launch, at, launches

LATER = at("2026-12-03T12:00")


def purchase(cents: int) -> FeedEvent:
    return FeedEvent(id="1", type=FeedType.PURCHASE, at=LATER, user_id="ada", amount_cents=cents)


def salary(cents: int) -> FeedEvent:
    return FeedEvent(id="1", type=FeedType.SALARY, at=LATER, user_id="ada", amount_cents=cents)


def goal(team: str, competition: Competition, goals: int = 1) -> FeedEvent:
    return FeedEvent(id="1", type=FeedType.GOAL, at=LATER, team=team, competition=competition, goals=goals)


def saving(friend: str, cents: int) -> FeedEvent:
    return FeedEvent(id="1", type=FeedType.SAVING, at=LATER, friend=friend, amount_cents=cents)


ROUNDUP = a_launch("Roundup", round_to_cents=1_000)
PERCENTAGE = a_launch("Percentage", percentage=15)
LEAGUE = a_launch("SaveLeague", amount_cents=500, team="AIK")
EUROCUP = a_launch("Eurocup", amount_cents=500, team="AIK")
COPYCAT = a_launch("Copycat", friend="Bo", max_amount_cents=2_000)


@pytest.mark.parametrize(
    ("launch", "event", "cents"),
    [
        (ROUNDUP, purchase(12_345), 655),
        (ROUNDUP, purchase(12_999), 1),
        (ROUNDUP, purchase(1), 999),
        (ROUNDUP, purchase(12_000), None),
        (PERCENTAGE, salary(3_000_000), 450_000),
        (PERCENTAGE, salary(13), 1),  # 1.95, rounded down
        (PERCENTAGE, salary(6), None),  # 0.9
        (a_launch("Percentage", percentage=29), salary(100), 29),  # binary floats would say 28
        (LEAGUE, goal("AIK", Competition.LEAGUE), 500),
        (LEAGUE, goal("AIK", Competition.LEAGUE, 3), 1_500),
        (LEAGUE, goal("AIK", Competition.EUROCUP), None),
        (LEAGUE, goal("Hammarby", Competition.LEAGUE), None),
        (LEAGUE, goal("aik", Competition.LEAGUE), None),
        (EUROCUP, goal("AIK", Competition.EUROCUP, 2), 1_000),
        (EUROCUP, goal("AIK", Competition.LEAGUE), None),
        (COPYCAT, saving("Bo", 1_500), 1_500),
        (COPYCAT, saving("Bo", 2_500), 2_000),
        (COPYCAT, saving("Cleo", 1_500), None),
        (ROUNDUP, salary(12_345), None),
        (PERCENTAGE, purchase(12_345), None),
        (a_launch("Daily", amount_cents=500), purchase(12_345), None),
    ],
)
def test_an_event_brings_what_was_computed_by_hand(launch: Launch, event: FeedEvent, cents: int | None) -> None:
    assert on_feed(launch, event) == cents


def test_what_happened_before_the_launch_brings_nothing() -> None:
    launch = a_launch("Roundup", round_to_cents=1_000, started="2026-12-03T12:00")
    late = a_launch("Roundup", round_to_cents=1_000, started="2026-12-03T12:01")

    assert on_feed(launch, purchase(1)) == 999
    assert on_feed(late, purchase(1)) is None


def test_a_deposit_for_an_event_keeps_to_the_consent() -> None:
    consented = consent(LEAGUE).max_amount_cents
    launch = a_launch("SaveLeague", amount_cents=500, team="AIK", consented=consented)

    assert on_feed(launch, goal("AIK", Competition.LEAGUE, 10)) == 5_000
    assert on_feed(launch, goal("AIK", Competition.LEAGUE, 11)) == 5_000


ON_A_FEED = tuple(savehack.type for savehack in SAVEHACKS if savehack.feed_type)

events = st.builds(
    FeedEvent,
    id=st.just("1"),
    type=st.sampled_from(FeedType),
    at=st.just(at("2060-01-01T00:00")),
    user_id=st.just("ada"),
    amount_cents=st.integers(1, LARGEST_CENTS),
    team=st.sampled_from(["AIK", "Ada"]),
    competition=st.sampled_from(Competition),
    goals=st.integers(1, 10**6),
    friend=st.sampled_from(["AIK", "Ada"]),
)


@given(launches(ON_A_FEED), events)
def test_a_deposit_for_an_event_is_within_its_bounds(launch: Launch, event: FeedEvent) -> None:
    cents = on_feed(launch, event)

    assert cents is None or 0 < cents <= min(LARGEST_CENTS, launch.consented_cents or LARGEST_CENTS)


@given(launches(ON_A_CALENDAR), events)
def test_no_event_brings_anything_to_a_type_of_the_calendar(launch: Launch, event: FeedEvent) -> None:
    assert on_feed(launch, event) is None


@given(st.integers(1, LARGEST_CENTS), st.integers(2, 100_000))
def test_a_purchase_and_its_deposit_make_a_round_amount(cents: int, step: int) -> None:
    rounded = cents + (on_feed(a_launch("Roundup", round_to_cents=step), purchase(cents)) or 0)

    assert rounded % step == 0
    assert rounded - cents < step


@pytest.mark.parametrize(
    ("given_", "missing"),
    [
        ({"type": FeedType.PURCHASE}, "'purchase' needs user_id and amount_cents"),
        ({"type": FeedType.SALARY, "user_id": "ada"}, "'salary' needs amount_cents"),
        ({"type": FeedType.GOAL, "team": "AIK"}, "'goal' needs competition"),
        ({"type": FeedType.SAVING, "amount_cents": 5}, "'saving' needs friend"),
    ],
)
def test_an_event_without_what_its_type_needs_is_refused(given_: dict[str, Any], missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        FeedEvent(id="1", at=LATER - timedelta(), **given_)

"""The sixteen savehacks: what their terms may be, how they are written, and that they come back."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import impact_sdk
from impact_sdk import (
    Autopilot,
    CalendarChaos,
    ConfigurationError,
    Copycat,
    Daily,
    Eurocup,
    Everest,
    Monthly,
    Moonstruck,
    OneTime,
    Percentage,
    Rocket,
    Roulette,
    Roundup,
    SavehackLaunch,
    SaveLeague,
    Thief,
    Weekly,
    wire,
)
from impact_sdk.models import SAVEHACK_TYPES

from .answers import LAUNCH

TYPES = [
    *("Autopilot", "Daily", "Weekly", "Monthly", "Thief", "Rocket", "OneTime", "Roulette", "Moonstruck"),
    *("Percentage", "Everest", "CalendarChaos", "SaveLeague", "Eurocup", "Copycat", "Roundup"),
]
LARGEST = 2**63 - 1

amounts = st.integers(1, LARGEST)
names = st.text(min_size=1).filter(str.strip)


@st.composite
def two_amounts(draw: st.DrawFn, smaller: str, larger: str) -> dict[str, int]:
    least = draw(amounts)
    return {smaller: least, larger: draw(st.integers(least, LARGEST))}


ALL_TERMS: st.SearchStrategy[Any] = st.one_of(
    st.builds(Autopilot),
    *(st.builds(kind, amount_cents=amounts) for kind in (Daily, OneTime, Moonstruck, Everest, CalendarChaos)),
    st.builds(Weekly, amount_cents=amounts, weekday=st.integers(0, 6)),
    st.builds(Monthly, amount_cents=amounts, day_of_month=st.integers(1, 31)),
    two_amounts("min_amount_cents", "max_amount_cents").map(lambda given: Thief(**given)),
    two_amounts("min_amount_cents", "max_amount_cents").map(lambda given: Roulette(**given)),
    two_amounts("amount_cents", "max_amount_cents").map(lambda given: Rocket(**given)),
    st.builds(Percentage, percentage=st.integers(1, 100)),
    st.builds(Roundup, round_to_cents=st.integers(2, 100_000)),
    *(st.builds(kind, amount_cents=amounts, team=names) for kind in (SaveLeague, Eurocup)),
    st.builds(Copycat, friend=names, max_amount_cents=amounts),
)


def test_there_are_sixteen_each_public_under_its_own_name() -> None:
    assert list(SAVEHACK_TYPES.values()) == TYPES
    assert [getattr(impact_sdk, name) for name in TYPES] == list(SAVEHACK_TYPES)


@given(ALL_TERMS)
def test_the_terms_that_are_sent_are_the_terms_of_the_launch_that_comes_back(terms: Any) -> None:
    sent = wire.plain(terms)
    bare = {name: value for name, value in LAUNCH.items() if name not in ("amountCents", "weekday")}
    answer = wire.loads(wire.dumps({**bare, "type": f"{SAVEHACK_TYPES[type(terms)]}Launch", **sent}))

    assert wire.read(SavehackLaunch, answer).terms == terms


def test_a_launch_of_a_type_that_nobody_knows_is_kept_without_terms() -> None:
    launch = wire.read(SavehackLaunch, {**LAUNCH, "type": "TeleportLaunch"})

    assert (launch.type, launch.terms, launch.amount_cents) == ("TeleportLaunch", None, 5_000)


def test_a_launch_that_does_not_tell_its_terms_has_none() -> None:
    """The vendor's names of these fields are not public, and may be others."""
    assert wire.read(SavehackLaunch, {**LAUNCH, "amountCents": None}).terms is None


def test_one_of_the_terms_can_be_changed() -> None:
    terms = wire.read(SavehackLaunch, LAUNCH).terms

    assert isinstance(terms, Weekly)
    assert attrs.evolve(terms, amount_cents=1) == Weekly(amount_cents=1, weekday=0)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (Daily, {"amount_cents": 0}, r"Daily.amount_cents is 0; give 1 to 9223372036854775807"),
        (Daily, {"amount_cents": 2**63}, "give 1 to"),
        (Daily, {"amount_cents": True}, "Daily.amount_cents is True; give a whole number"),
        (Daily, {"amount_cents": 5.0}, "give a whole number"),
        (Daily, {"amount_cents": "5"}, "give a whole number"),
        (Weekly, {"amount_cents": 1, "weekday": 7}, "Weekly.weekday is 7; give 0 to 6"),
        (Monthly, {"amount_cents": 1, "day_of_month": 0}, "give 1 to 31"),
        (Monthly, {"amount_cents": 1, "day_of_month": 32}, "give 1 to 31"),
        (Thief, {"min_amount_cents": 5, "max_amount_cents": 4}, "max_amount_cents is 4; give min_amount_cents, 5, or"),
        (Roulette, {"min_amount_cents": 5, "max_amount_cents": 4}, "give min_amount_cents, 5, or more"),
        (Rocket, {"amount_cents": 5, "max_amount_cents": 4}, "give amount_cents, 5, or more"),
        (Percentage, {"percentage": 101}, "give 1 to 100"),
        (Percentage, {"percentage": 0}, "give 1 to 100"),
        (Roundup, {"round_to_cents": 1}, "give 2 to 100000"),
        (SaveLeague, {"amount_cents": 1, "team": " "}, "SaveLeague.team is ' '; give a name"),
        (Eurocup, {"amount_cents": 1, "team": 5}, "give a text"),
        (Copycat, {"max_amount_cents": 1, "friend": ""}, "Copycat.friend is ''; give a name"),
    ],
)
def test_terms_that_cannot_be_are_refused(kind: type, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        kind(**given)

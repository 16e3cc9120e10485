"""When each savehack saves, and how much: dates and amounts computed by hand, and what holds for any of them."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_app_sim.des.engine import BY_TYPE, Launch, consent, resume, start, step

from .launches import ON_A_CALENDAR, WITHOUT_END, a_launch, at, launches, moments, run, shown

# By hand, from Wednesday 2 December 2026 at 10:00. What chance decides is by `printf "7:days 1" | sha256sum` and so on.
BY_HAND = {
    "OneTime": (a_launch("OneTime", amount_cents=500), ["2026-12-02 10:00 500"]),
    "Daily": (
        a_launch("Daily", amount_cents=500),
        ["2026-12-02 10:00 500", "2026-12-03 10:00 500", "2026-12-04 10:00 500"],
    ),
    "Weekly": (
        a_launch("Weekly", amount_cents=500, weekday=0),
        ["2026-12-02 10:00 500", "2026-12-07 10:00 500", "2026-12-14 10:00 500"],
    ),
    "Weekly, on the weekday of the start": (
        a_launch("Weekly", amount_cents=500, weekday=2),
        ["2026-12-02 10:00 500", "2026-12-09 10:00 500"],
    ),
    "Weekly, on a Sunday": (
        a_launch("Weekly", amount_cents=500, weekday=6),
        ["2026-12-02 10:00 500", "2026-12-06 10:00 500", "2026-12-13 10:00 500"],
    ),
    "Monthly": (
        a_launch("Monthly", amount_cents=500, day_of_month=31),
        [
            "2026-12-02 10:00 500",
            "2026-12-31 10:00 500",
            "2027-01-31 10:00 500",
            "2027-02-28 10:00 500",
            "2027-03-31 10:00 500",
            "2027-04-30 10:00 500",
            "2027-05-31 10:00 500",
        ],
    ),
    "Monthly, on the day of the start": (
        a_launch("Monthly", amount_cents=500, day_of_month=2),
        ["2026-12-02 10:00 500", "2027-01-02 10:00 500"],
    ),
    "Monthly, in a leap year": (
        a_launch("Monthly", started="2028-01-30T10:00", amount_cents=500, day_of_month=30),
        ["2028-01-30 10:00 500", "2028-02-29 10:00 500", "2028-03-30 10:00 500"],
    ),
    "Autopilot, without a day": (  # 5,200 cents in 52 weeks
        a_launch("Autopilot", target=10_000, balance=3_000, pending=1_800),
        ["2026-12-02 10:00 100", "2026-12-09 10:00 100", "2026-12-16 10:00 100"],
    ),
    "Autopilot, reached": (
        a_launch("Autopilot", target=10_000, balance=9_000, pending=1_000),
        ["2026-12-02 10:00 0", "2026-12-09 10:00 0"],
    ),
    "Rocket": (
        a_launch("Rocket", amount_cents=300, max_amount_cents=1_000),
        ["2026-12-02 10:00 300", "2026-12-09 10:00 600", "2026-12-16 10:00 900", "2026-12-23 10:00 1000"],
    ),
    "Moonstruck": (  # 24 December 01:28 and 22 January 12:17 by an ephemeris
        a_launch("Moonstruck", amount_cents=500),
        ["2026-12-02 10:00 0", "2026-12-24 01:32 500", "2027-01-22 12:18 500"],
    ),
    "Thief": (  # after 4, 6 and 4 days
        a_launch("Thief", min_amount_cents=100, max_amount_cents=900),
        ["2026-12-02 10:00 0", "2026-12-06 10:00 224", "2026-12-12 10:00 285", "2026-12-16 10:00 803"],
    ),
    "Roulette": (  # Thursday, Tuesday, Monday, Friday: nothing, the least, nothing, nothing
        a_launch("Roulette", min_amount_cents=100, max_amount_cents=900),
        [
            "2026-12-02 10:00 0",
            "2026-12-03 10:00 0",
            "2026-12-08 10:00 100",
            "2026-12-14 10:00 0",
            "2026-12-25 10:00 0",
        ],
    ),
    "CalendarChaos": (  # December's day was the 1st, before the start
        a_launch("CalendarChaos", amount_cents=100),
        ["2026-12-02 10:00 0", "2027-01-31 10:00 3100", "2027-02-18 10:00 1800", "2027-03-23 10:00 2300"],
    ),
    "Percentage": (a_launch("Percentage", percentage=10), ["2026-12-02 10:00 0"]),
    "SaveLeague": (a_launch("SaveLeague", amount_cents=500, team="AIK"), ["2026-12-02 10:00 0"]),
    "Eurocup": (a_launch("Eurocup", amount_cents=500, team="AIK"), ["2026-12-02 10:00 0"]),
    "Copycat": (a_launch("Copycat", friend="Bo", max_amount_cents=500), ["2026-12-02 10:00 0"]),
    "Roundup": (a_launch("Roundup", round_to_cents=1_000), ["2026-12-02 10:00 0"]),
}


@pytest.mark.parametrize(("launch", "expected"), BY_HAND.values(), ids=BY_HAND.keys())
def test_it_saves_as_computed_by_hand(launch: Launch, expected: list[str]) -> None:
    assert shown(launch, len(expected)) == expected


def test_everest_goes_up_for_half_a_year_and_down_for_the_other_and_ends() -> None:
    occurrences = list(run(a_launch("Everest", amount_cents=100)))

    assert [amount for _, amount in occurrences] == [*range(100, 2_700, 100), *range(2_600, 0, -100)]
    assert [moment for moment, _ in occurrences] == [at("2026-12-02T10:00") + timedelta(weeks=n) for n in range(52)]


def test_everest_stays_ended_when_it_is_started_again_or_resumed() -> None:
    launch = a_launch("Everest", amount_cents=100)

    assert start(launch, 60).amount_cents is None
    assert start(launch, 60).next_due is None
    assert resume(launch, 52, at("2027-12-31T10:00")) is None


def test_a_launch_that_starts_again_saves_again_and_counts_on() -> None:
    launch = a_launch("Rocket", amount_cents=300, max_amount_cents=10_000)

    assert start(launch, 4).amount_cents == 1_500
    assert step(launch, 5, at("2026-12-09T10:00")).amount_cents == 1_800


@pytest.mark.parametrize(
    ("launch", "due"),
    [
        (a_launch("Daily", amount_cents=500), "2026-12-21T10:00"),
        (a_launch("Weekly", amount_cents=500, weekday=0), "2026-12-21T10:00"),
        (a_launch("Rocket", amount_cents=500, max_amount_cents=900), "2026-12-23T10:00"),
        (a_launch("Monthly", amount_cents=500, day_of_month=1), "2027-01-01T10:00"),
    ],
)
def test_a_pause_leaves_out_what_fell_due_in_it_and_moves_nothing_behind_it(launch: Launch, due: str) -> None:
    assert resume(launch, 1, at("2026-12-21T09:59")) == at(due)


def test_a_one_time_deposit_does_not_come_again_after_a_pause() -> None:
    assert resume(a_launch("OneTime", amount_cents=500), 1, at("2026-12-21T10:00")) is None


@given(launches(WITHOUT_END), moments(), st.integers(1, 1000))
def test_whatever_is_due_next_is_later(launch: Launch, moment: datetime, occurrence: int) -> None:
    resumed = resume(launch, occurrence, moment)

    assert resumed is not None
    assert moment < resumed <= moment + timedelta(days=62)
    assert resumed.tzinfo is UTC
    stepped = step(launch, occurrence, moment)
    assert stepped.next_due is not None
    assert stepped.next_due > moment


@pytest.mark.thorough
@given(launches(ON_A_CALENDAR))
def test_a_deposit_is_within_what_a_consent_to_it_covers(launch: Launch) -> None:
    most = min(consent(launch).max_amount_cents, launch.consented_cents or 2**63)

    for _, amount in islice(run(launch), 60):
        assert amount is None or 0 < amount <= most < 2**63


@pytest.mark.thorough
@given(launches(("Thief", "Roulette")))
def test_chance_keeps_to_its_bounds(launch: Launch) -> None:
    least = min(launch.terms["min_amount_cents"], launch.consented_cents or 2**63)

    for _, amount in islice(run(launch), 60):
        assert amount is None or least <= amount <= launch.terms["max_amount_cents"]


@pytest.mark.thorough
@given(launches(ON_A_CALENDAR), st.randoms())
def test_the_same_seed_gives_the_same_deposits_in_whatever_order_they_are_asked_for(launch: Launch, order) -> None:  # type: ignore[no-untyped-def]
    occurrences = list(islice(run(launch), 20))
    asked = list(enumerate(occurrences))[1:]
    order.shuffle(asked)

    for occurrence, (moment, amount) in asked:
        assert step(launch, occurrence, moment).amount_cents == amount


@pytest.mark.parametrize("type", ["Thief", "Roulette"])
def test_another_seed_gives_other_deposits(type: str) -> None:
    seeds = [a_launch(type, seed=seed, min_amount_cents=1, max_amount_cents=10**9) for seed in range(20)]

    assert len({tuple(islice(run(launch), 10)) for launch in seeds}) == 20


def test_the_wheel_gives_each_of_its_four_outcomes_as_often() -> None:
    launch = a_launch("Roulette", min_amount_cents=1_000, max_amount_cents=2_000)

    given_ = [amount for _, amount in islice(run(launch), 1, 4_001)]

    counts = [given_.count(None), given_.count(1_000), given_.count(2_000)]
    assert all(900 < count < 1_100 for count in [*counts, len(given_) - sum(counts)])


@pytest.mark.thorough
@given(launches(("Thief",)))
def test_a_thief_comes_two_to_six_days_later(launch: Launch) -> None:
    days = [local(launch, moment).date() for moment, _ in islice(run(launch), 60)]

    # Three and seven where a day is that of a moment that a gap moved over midnight.
    assert all(timedelta(days=2) <= later - earlier <= timedelta(days=7) for earlier, later in pairwise(days))


PERIODS = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}


@pytest.mark.thorough
@settings(deadline=None)
@given(launches(WITHOUT_END))
def test_no_day_week_or_month_of_a_consent_brings_two_after_the_start(launch: Launch) -> None:
    period = PERIODS[consent(launch).max_frequency]

    periods = [local(launch, moment).strftime(period) for moment, _ in islice(run(launch), 1, 400)]

    assert len(set(periods)) == len(periods)


# Ten years of days take a while where other work runs beside.
@pytest.mark.thorough
@settings(deadline=None, max_examples=40)
@given(launches(("Daily", "Weekly", "Monthly", "Rocket", "Autopilot", "Roulette", "CalendarChaos")))
def test_no_day_week_or_month_is_left_out_in_ten_years(launch: Launch) -> None:
    frequency = consent(launch).max_frequency
    end = launch.started_at + timedelta(days=3653)
    due = []
    for moment, _ in run(launch):
        if moment > end:
            break
        due.append(local(launch, moment))

    periods = {moment.strftime(PERIODS[frequency]) for moment in due}

    apart = {"day": 1, "week": 7, "month": 28}[frequency]
    every_period = {
        (due[1] + timedelta(days=apart * n)).strftime(PERIODS[frequency])
        for n in range((due[-1] - due[1]).days // apart + 1)
    }
    assert every_period - periods <= {"2011-12-30"}


@pytest.mark.thorough
@settings(deadline=None)
@given(launches(("Daily", "Weekly", "Monthly", "Rocket", "Everest", "Thief", "CalendarChaos")))
def test_the_time_of_day_stays_that_of_the_start(launch: Launch) -> None:
    wanted = local(launch, launch.started_at).time()

    for moment, _ in islice(run(launch), 400):
        now = local(launch, moment)
        slid = now.replace(tzinfo=None) - datetime.combine(now.date(), wanted)
        # A gap moves it to its own end: at most an hour in these time zones, but for a whole day in Samoa.
        assert timedelta() <= slid < timedelta(hours=1) or now.date().isoformat() == "2011-12-31"


def local(launch: Launch, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(launch.timezone))


def test_every_type_is_in_the_table_by_hand() -> None:
    assert {launch.type for launch, _ in BY_HAND.values()} | {"Everest"} == set(BY_TYPE)

"""Time zones: the same time by the clock on the wall."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.engine import zone
from bank_app_sim.des.engine.wall_clock import WallClock

from .launches import ZONES, a_launch, at, shown


@pytest.mark.parametrize(
    ("timezone", "day", "time_of_day", "utc"),
    [
        ("Europe/Stockholm", "2027-03-27", "02:30", "2027-03-27T01:30"),
        ("Europe/Stockholm", "2027-03-28", "02:30", "2027-03-28T01:00"),  # gap: shown as 03:00
        ("Europe/Stockholm", "2027-03-28", "02:30:00.5", "2027-03-28T01:00"),
        ("Europe/Stockholm", "2027-03-28", "02:00", "2027-03-28T01:00"),
        ("Europe/Stockholm", "2027-03-28", "03:00", "2027-03-28T01:00"),
        ("Europe/Stockholm", "2027-03-29", "02:30", "2027-03-29T00:30"),
        ("Europe/Stockholm", "2027-10-31", "02:30", "2027-10-31T00:30"),  # the first of two
        ("America/New_York", "2027-03-14", "02:30", "2027-03-14T07:00"),
        ("America/New_York", "2027-11-07", "01:30", "2027-11-07T05:30"),
        ("Asia/Kathmandu", "2027-01-01", "10:00", "2027-01-01T04:15"),
        ("Pacific/Apia", "2011-12-29", "10:00", "2011-12-29T20:00"),
        ("Pacific/Apia", "2011-12-30", "10:00", "2011-12-30T10:00"),  # never: the first moment of the 31st
        ("Pacific/Apia", "2011-12-31", "10:00", "2011-12-30T20:00"),
        ("America/Nuuk", "2025-03-29", "23:30", "2025-03-30T01:00"),  # a gap up to midnight
    ],
)
def test_a_time_of_day_is_a_moment(timezone: str, day: str, time_of_day: str, utc: str) -> None:
    clock = WallClock(ZoneInfo(timezone), time.fromisoformat(time_of_day))

    assert clock.on(date.fromisoformat(day)) == at(utc)


@given(st.sampled_from([*ZONES, "America/Nuuk", "Australia/Lord_Howe"]), st.dates(date(2000, 1, 1)), st.times())
def test_a_day_has_its_moment_or_the_end_of_the_gap(timezone: str, day: date, time_of_day: time) -> None:
    if day.year > 9000:  # within a day of the calendar's end
        return
    clock = WallClock(ZoneInfo(timezone), time_of_day)

    moment = clock.on(day)

    wanted = datetime.combine(day, time_of_day)
    shown = moment.astimezone(clock.zone).replace(tzinfo=None)
    before = (moment - timedelta(microseconds=1)).astimezone(clock.zone).replace(tzinfo=None)
    assert shown == wanted or before < wanted < shown


def test_a_daily_launch_does_not_drift_where_the_clocks_are_put_forward() -> None:
    launch = a_launch("Daily", started="2027-03-27T02:30", timezone="Europe/Stockholm", amount_cents=5)

    assert shown(launch, 3) == ["2027-03-27 02:30 5", "2027-03-28 03:00 5", "2027-03-29 02:30 5"]


def test_a_launch_of_the_hour_that_came_twice_saves_in_the_first_of_the_two_later() -> None:
    second_half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Stockholm"), fold=1)
    clock = WallClock.at(second_half_past_two, ZoneInfo("Europe/Stockholm"))

    assert clock.on(date(2027, 10, 31)) == at("2027-10-31T00:30")


def test_a_day_that_never_was_brings_no_second_deposit_to_the_next() -> None:
    launch = a_launch("Daily", started="2011-12-28T10:00", timezone="Pacific/Apia", amount_cents=5)

    assert shown(launch, 4) == ["2011-12-28 10:00 5", "2011-12-29 10:00 5", "2011-12-31 10:00 5", "2012-01-01 10:00 5"]


def test_a_week_is_not_lost_with_the_day_that_never_was() -> None:
    launch = a_launch("Weekly", started="2011-12-22T10:00", timezone="Pacific/Apia", amount_cents=5, weekday=4)

    assert shown(launch, 4) == ["2011-12-22 10:00 5", "2011-12-23 10:00 5", "2011-12-31 00:00 5", "2012-01-06 10:00 5"]


def test_the_weekday_is_that_of_the_time_zone() -> None:
    """Sunday evening in New York is Monday in UTC."""
    launch = a_launch("Weekly", started="2026-12-04T22:00", timezone="America/New_York", amount_cents=5, weekday=6)

    assert shown(launch, 3) == ["2026-12-04 22:00 5", "2026-12-06 22:00 5", "2026-12-13 22:00 5"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "Europe",
        "europe/stockholm",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "a" * 300,
        "\0",
    ],
)
def test_a_time_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone; give an IANA name such as 'Europe/Stockholm'"):
        zone(name)


def test_a_launch_is_refused_in_a_time_zone_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match="'Mars/Olympus' is not a time zone"):
        attrs.evolve(a_launch("Daily", amount_cents=1), timezone="Mars/Olympus")


def test_a_launch_is_refused_with_a_start_that_has_no_offset() -> None:
    with pytest.raises(ValueError, match="started_at 2026-12-02 10:00:00 has no UTC offset"):
        attrs.evolve(a_launch("Daily", amount_cents=1), started_at=at("2026-12-02T10:00").replace(tzinfo=None))

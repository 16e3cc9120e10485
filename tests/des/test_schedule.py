"""When savehacks save."""

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des import schedule

moments = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
weekdays = st.integers(0, 6)
days_of_month = st.integers(1, 31)


@pytest.mark.parametrize(
    ("after", "weekday", "due"),
    [
        ("2026-12-02T10:00", 0, "2026-12-07T10:00"),  # a Wednesday
        ("2026-12-02T10:00", 2, "2026-12-09T10:00"),
        ("2026-12-02T10:00", 3, "2026-12-03T10:00"),
        ("2026-12-06T23:59", 0, "2026-12-07T23:59"),
    ],
)
def test_next_weekday(after: str, weekday: int, due: str) -> None:
    assert schedule.next_weekday(at(after), weekday) == at(due)


@pytest.mark.parametrize(
    ("after", "day", "due"),
    [
        ("2026-12-02T10:00", 25, "2026-12-25T10:00"),
        ("2026-12-02T10:00", 2, "2027-01-02T10:00"),
        ("2026-12-02T10:00", 1, "2027-01-01T10:00"),
        ("2027-01-31T10:00", 31, "2027-02-28T10:00"),
        ("2027-02-28T10:00", 31, "2027-03-31T10:00"),
        ("2028-01-30T10:00", 30, "2028-02-29T10:00"),
        ("2027-01-30T10:00", 31, "2027-01-31T10:00"),
        ("2027-04-30T10:00", 31, "2027-05-31T10:00"),
    ],
)
def test_next_day_of_month(after: str, day: int, due: str) -> None:
    assert schedule.next_day_of_month(at(after), day) == at(due)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(moments, weekdays)
def test_a_weekday_comes_within_seven_days(after: datetime, weekday: int) -> None:
    due = schedule.next_weekday(after, weekday)

    assert due.weekday() == weekday
    assert timedelta(days=1) <= due - after <= timedelta(days=7)


@given(moments, days_of_month)
def test_a_month_has_one_day_that_is_the_wanted_or_its_last(after: datetime, day: int) -> None:
    due = [schedule.next_day_of_month(after, day)]
    while len(due) < 14:
        due.append(schedule.next_day_of_month(due[-1], day))

    for moment in due:
        assert moment.day == min(day, calendar.monthrange(moment.year, moment.month)[1])
    months = [moment.year * 12 + moment.month for moment in due]
    assert months == list(range(months[0], months[0] + 14))
    assert after < due[0] <= after + timedelta(days=31)


@given(moments, weekdays, days_of_month)
def test_the_time_of_day_stays(after: datetime, weekday: int, day: int) -> None:
    nexts: list[Callable[[], datetime]] = [
        lambda: schedule.next_day(after),
        lambda: schedule.next_weekday(after, weekday),
        lambda: schedule.next_day_of_month(after, day),
    ]
    for next_ in nexts:
        assert next_().timetz() == after.timetz()

"""When the next step of a launch is due: pure functions of the launch, an occurrence and a moment.

All take the number of an occurrence (the start is 0) and return the first moment later than `after`.
"""

import calendar
from datetime import date, datetime

from .chance import pick
from .launch import Launch
from .moon import next_full_moon
from .wall_clock import DAY, days, firsts, mondays

# The days between two visits of a thief. Ours.
THIEF_DAYS = (2, 6)
EVEREST_WEEKS = 52


def never(launch: Launch, occurrence: int, after: datetime) -> None:
    return None


def every_day(launch: Launch, occurrence: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    # A moment that slides into the next day would be a second deposit there; a consent to one a day forbids that.
    return clock.first_after(after, filter(clock.keeps, days(clock.day_of(after))))


def every_week_on_its_weekday(launch: Launch, occurrence: int, after: datetime) -> datetime:
    return _on_weekday(launch, launch.terms["weekday"], after)


def every_week_from_the_start(launch: Launch, occurrence: int, after: datetime) -> datetime:
    return _on_weekday(launch, launch.wall_clock.day_of(launch.started_at).weekday(), after)


def for_a_year_of_weeks(launch: Launch, occurrence: int, after: datetime) -> datetime | None:
    return every_week_from_the_start(launch, occurrence, after) if occurrence < EVEREST_WEEKS else None


def once_a_week_by_chance(launch: Launch, occurrence: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    # Chosen by the week and not by the occurrence, so that a pause cannot cause a second deposit in the same week.
    weeks = mondays(clock.day_of(after))
    return clock.first_after(after, (monday + DAY * pick(launch.seed, f"weekday {monday}", 0, 6) for monday in weeks))


def every_month_on_its_day(launch: Launch, occurrence: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    months = firsts(clock.day_of(after))
    wanted = launch.terms["day_of_month"]
    return clock.first_after(after, (first.replace(day=min(wanted, _length(first))) for first in months))


def once_a_month_by_chance(launch: Launch, occurrence: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    months = firsts(clock.day_of(after))
    return clock.first_after(
        after, (first.replace(day=pick(launch.seed, f"day {first}", 1, _length(first))) for first in months)
    )


def some_days_later(launch: Launch, occurrence: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    waits = pick(launch.seed, f"days {occurrence}", *THIEF_DAYS)
    return clock.on(clock.day_of(after) + DAY * waits)


def at_full_moon(launch: Launch, occurrence: int, after: datetime) -> datetime:
    return next_full_moon(after)


def _on_weekday(launch: Launch, weekday: int, after: datetime) -> datetime:
    clock = launch.wall_clock
    weeks = mondays(clock.day_of(after))
    return clock.first_after(after, (monday + DAY * weekday for monday in weeks))


def _length(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]

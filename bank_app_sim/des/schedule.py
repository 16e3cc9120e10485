"""When a savehack saves: pure functions of the calendar, in UTC, that keep the time of day."""

import calendar
from datetime import datetime, timedelta


def next_day(after: datetime) -> datetime:
    """The same time on the next day."""
    return after + timedelta(days=1)


def next_weekday(after: datetime, weekday: int) -> datetime:
    """The same time on the next day that is `weekday` (0 Monday to 6 Sunday); never the day itself."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def next_day_of_month(after: datetime, day: int) -> datetime:
    """The same time on the next `day` (1 to 31) of a month, or on the last day of a month that is shorter."""
    this_month = _in_month(after, day)
    if this_month > after:
        return this_month
    first_of_next = after.replace(day=1) + timedelta(days=31)
    return _in_month(first_of_next, day)


def _in_month(month: datetime, day: int) -> datetime:
    length = calendar.monthrange(month.year, month.month)[1]
    return month.replace(day=min(day, length))

"""Days and times of day in a time zone: the same time on the wall clock, whatever the offset to UTC is."""

import bisect
import functools
import itertools
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import attrs

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of an IANA name, such as Europe/Stockholm; ValueError for any other text."""
    # ZoneInfo itself would open any file that a text names.
    if name not in _names():
        raise ValueError(f"{name!r} is not a time zone; give an IANA name such as 'Europe/Stockholm'")
    return zoneinfo.ZoneInfo(name)


@functools.cache
def _names() -> frozenset[str]:
    # `localtime` depends on the machine.
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


@attrs.frozen
class WallClock:
    """A time of day in a time zone."""

    zone: zoneinfo.ZoneInfo
    time: time

    @classmethod
    def at(cls, moment: datetime, zone: zoneinfo.ZoneInfo) -> Self:
        """The time of day that a clock on the wall shows at a moment."""
        # An hour that comes twice has a `fold`, which belongs to this moment and not to later days.
        return cls(zone, moment.astimezone(zone).time().replace(fold=0))

    def on(self, day: date) -> datetime:
        """The moment, in UTC, at which the clock shows this time on `day`.

        Where it does so twice, the first one. Where it never does, as clocks are put forward: the first moment after.
        """
        local = datetime.combine(day, self.time, self.zone)
        moment = local.astimezone(UTC)
        shown = moment.astimezone(self.zone)
        return moment if shown.replace(tzinfo=None) == local.replace(tzinfo=None) else _end_of_gap(local)

    def day_of(self, moment: datetime) -> date:
        """The day that the calendar on the wall shows at a moment."""
        return moment.astimezone(self.zone).date()

    def keeps(self, day: date) -> bool:
        """Whether the moment of `day` is on that day: Samoa had no 30 December 2011, its moment is on the 31st."""
        return self.day_of(self.on(day)) == day

    def first_after(self, moment: datetime, days: Iterable[date]) -> datetime:
        """The first moment later than `moment` at which the clock shows this time on one of the `days`, in order."""
        return next(at for at in map(self.on, days) if at > moment)


def _end_of_gap(local: datetime) -> datetime:
    # PEP 495: of a time in a gap, one fold counts with the offset after the gap, and so names a moment before it.
    before = local.replace(fold=1, microsecond=0).astimezone(UTC)
    after = local.replace(fold=0, microsecond=0).astimezone(UTC)
    offset = after.astimezone(local.tzinfo).utcoffset()

    def is_over(seconds: int) -> bool:
        return (before + timedelta(seconds=seconds)).astimezone(local.tzinfo).utcoffset() == offset

    gap = range(int((after - before).total_seconds()))
    return before + timedelta(seconds=bisect.bisect_left(gap, True, key=is_over))


def days(start: date) -> Iterator[date]:
    """Each day from `start` on."""
    return (start + DAY * n for n in itertools.count())


def mondays(start: date) -> Iterator[date]:
    """The Monday of every week from that of `start` on."""
    monday = start - DAY * start.weekday()
    return (monday + WEEK * n for n in itertools.count())


def firsts(start: date) -> Iterator[date]:
    """The first day of every month from that of `start` on."""
    for n in itertools.count(start.year * 12 + start.month - 1):
        yield date(n // 12, n % 12 + 1, 1)

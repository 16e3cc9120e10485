"""Full moons."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from bank_app_sim.des.engine.moon import next_full_moon

from .launches import at, moments

# From an ephemeris (PyEphem 4, libastro), to the minute.
KNOWN = [
    "2000-01-21T04:40",
    "2000-07-16T13:55",
    "2024-04-23T23:48",
    "2024-11-15T21:28",
    "2025-03-14T06:54",
    "2025-10-07T03:47",
    "2026-03-03T11:37",
    "2026-05-01T17:23",
    "2026-05-31T08:45",  # the second of its month
    "2026-09-26T16:48",
    "2027-01-22T12:17",
    "2027-08-17T07:28",
    "2030-06-15T18:40",
    "2030-12-09T22:40",
]


@pytest.mark.parametrize("known", [at(text) for text in KNOWN], ids=KNOWN)
def test_a_full_moon_is_right_within_a_quarter_of_an_hour(known: datetime) -> None:
    found = next_full_moon(known - timedelta(days=3))

    assert abs(found - known) <= timedelta(minutes=15)


@given(moments((1900, 2100)))
def test_full_moons_follow_one_another_within_a_day_of_the_mean_month(after: datetime) -> None:
    moons = [after]
    while len(moons) < 15:
        moons.append(next_full_moon(moons[-1]))

    assert after < moons[1] < after + timedelta(days=30)
    assert all(timedelta(days=29.2) < later - earlier < timedelta(days=29.9) for earlier, later in pairwise(moons[1:]))

"""Autopilot: what the Dream lacks, spread over the weeks that are left."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.des.engine import start, step

from .launches import a_launch, at, moments


@pytest.mark.parametrize(
    ("missing", "expires_at", "amount"),
    [
        (10_000, None, 193),  # 52 weeks, rounded up
        (10_000, date(2026, 12, 23), 3_334),  # three weeks
        (10_000, date(2026, 12, 24), 2_500),  # the fourth has begun
        (10_000, datetime(2026, 12, 23, 10, tzinfo=UTC), 3_334),
        (10_000, datetime(2026, 12, 23, 11, tzinfo=UTC), 2_500),
        (10_000, date(2026, 12, 3), 10_000),
        (10_000, date(2026, 12, 2), 10_000),  # the last day
        (10_000, date(2026, 12, 1), 193),  # over: as without a day
        (10_000, datetime(2026, 12, 2, 9, tzinfo=UTC), 193),
        (10_000, date.max, 100),
        (10_000, datetime.min.replace(tzinfo=UTC), 193),
        (99, date(2026, 12, 3), 100),
        (1, None, 100),
        (0, None, None),
        (-1, None, None),
    ],
)
def test_it_saves_the_share_of_this_week(missing: int, expires_at: date | None, amount: int | None) -> None:
    launch = a_launch("Autopilot", target=20_000, balance=20_000 - missing, expires_at=expires_at)

    assert start(launch).amount_cents == amount


def test_it_counts_deposits_on_their_way_as_there() -> None:
    launch = a_launch("Autopilot", target=20_000, balance=5_000, pending=15_000)

    assert start(launch).amount_cents is None


def test_it_sleeps_a_week_once_the_target_is_reached_and_looks_again() -> None:
    reached = a_launch("Autopilot", target=20_000, balance=20_000)
    asleep = step(reached, 1, at("2026-12-09T10:00"))
    withdrawn = attrs.evolve(reached, dream_balance_cents=0)

    assert asleep.amount_cents is None
    assert asleep.next_due == at("2026-12-16T10:00")
    assert step(withdrawn, 2, at("2026-12-16T10:00")).amount_cents == 385


@given(st.integers(1, 10**15), st.integers(1, 1500), moments())
def test_it_reaches_the_target_by_the_day(target: int, days: int, started_at: datetime) -> None:
    end = started_at + timedelta(days=days)
    launch = attrs.evolve(a_launch("Autopilot", target=target, expires_at=end), started_at=started_at)
    due: datetime | None = started_at
    occurrence = 0

    while due is not None and due < end:
        happened = step(launch, occurrence, due)
        launch = attrs.evolve(launch, dream_pending_cents=launch.dream_pending_cents + (happened.amount_cents or 0))
        due, occurrence = happened.next_due, occurrence + 1

    # The smallest deposit can be more than the last cents that lack.
    assert target <= launch.dream_pending_cents < target + 100

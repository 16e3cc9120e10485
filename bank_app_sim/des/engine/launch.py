"""The input of the engine, a launch, and its answer, a step."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from . import wall_clock

# The largest deposit of any rule, so that sums fit a 64-bit column. Ours.
LARGEST_CENTS = 10**15


def _aware(thing: object, field: "attrs.Attribute[datetime]", value: datetime) -> None:
    if value.tzinfo is None:
        raise ValueError(f"{field.name} {value} has no UTC offset; a moment here is aware")


def _known_zone(thing: object, field: "attrs.Attribute[str]", value: str) -> None:
    wall_clock.zone(value)


@attrs.frozen(kw_only=True)
class Launch:
    """A savehack that a user has switched on: everything that its deposits depend on.

    Attributes:
        type: The savehack's type, such as `Weekly`.
        terms: The savehack's own fields by name, such as `{"amount_cents": 5000, "weekday": 0}`, within their bounds.
        seed: The launch's own. The same seed gives the same deposits, in any order of calls.
        timezone: IANA name; ValueError for an unknown one. Deposits keep the time of day in it.
        started_at: When it started, or started again after it waited for an account. All deposits have its time of day.
            Resuming after a pause by the user does not change it.
        dream_target_cents: The target; None for a Dream without one.
        dream_pending_cents: Deposits on their way to the Dream, minus money on its way out.
        consented_cents: The largest deposit that a transfer consent allows; None without one.
    """

    type: str
    terms: Mapping[str, Any]
    seed: int
    timezone: str = attrs.field(validator=_known_zone)
    started_at: datetime = attrs.field(validator=_aware)
    dream_target_cents: int | None
    dream_balance_cents: int
    dream_pending_cents: int
    dream_expires_at: date | datetime | None = None
    consented_cents: int | None = None

    @property
    def wall_clock(self) -> wall_clock.WallClock:
        """The time zone and the time of day of its deposits."""
        return wall_clock.WallClock.at(self.started_at, wall_clock.zone(self.timezone))


@attrs.frozen(kw_only=True)
class Step:
    """What a launch does at a moment.

    Attributes:
        amount_cents: The deposit to prepare; None for none this time.
        next_due: When the next step is due, in UTC and later than this one; None if there is no next step.
    """

    amount_cents: int | None
    next_due: datetime | None

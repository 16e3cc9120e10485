"""Savehacks: the automatic saving rules, and their launches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
from attrs.validators import and_, ge, instance_of, le

from .dreams import Dream
from .enumerations import LaunchState, PauseReason
from .users import Reference


def _integer(smallest: int, largest: int) -> Any:
    return and_(instance_of(int), ge(smallest), le(largest))


# The upper bound of an amount is the one that the vendor documents for deposits.
# reference: impact-finance-api 2.6
AMOUNT = _integer(1, 2**63 - 1)


@attrs.frozen(kw_only=True)
class OneTime:
    """One deposit of `amount_cents`, at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@attrs.frozen(kw_only=True)
class Daily:
    """A deposit of `amount_cents` every day; the first at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@attrs.frozen(kw_only=True)
class Weekly:
    """A deposit of `amount_cents` every week on `weekday`, 0 for Monday to 6 for Sunday; the first at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)
    weekday: int = attrs.field(validator=_integer(0, 6))


@attrs.frozen(kw_only=True)
class Monthly:
    """A deposit of `amount_cents` every month on `day_of_month`, 1 to 31; the first at once.

    In a shorter month it is the last day.
    """

    amount_cents: int = attrs.field(validator=AMOUNT)
    day_of_month: int = attrs.field(validator=_integer(1, 31))


SavehackTerms = OneTime | Daily | Weekly | Monthly

# The type of a savehack on the wire; a launch of it is called the same with `Launch` behind.
SAVEHACK_TYPES: Mapping[type[SavehackTerms], str] = {
    OneTime: "OneTime",
    Daily: "Daily",
    Weekly: "Weekly",
    Monthly: "Monthly",
}


@attrs.frozen(kw_only=True)
class Savehack:
    """A saving rule that can be launched.

    Attributes:
        translated_name: Its name for people, by locale.
    """

    id: str
    type: str
    translated_name: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class SavehackLaunch:
    """A savehack at work for a Dream.

    Attributes:
        pause_reason: Why it is paused, where DES says so.
        account_provision_request_id: Which request for an account it waits for; all launches of a user that wait for
            the same account name the same request.
        amount_cents: The deposit's amount, for the types that have one.
        weekday: 0 for Monday to 6 for Sunday; weekly launches.
        day_of_month: 1 to 31; monthly launches.
    """

    # reference: impact-finance-api 2.6
    id: str
    type: str
    dream: Dream
    savehack: Reference
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    pause_reason: PauseReason | None = None
    account_provision_request_id: str | None = None
    amount_cents: int | None = None
    weekday: int | None = None
    day_of_month: int | None = None

    @property
    def state(self) -> LaunchState:
        """Stopped once it was stopped, else paused while it is paused, else active."""
        if self.stopped_at is not None:
            return LaunchState.STOPPED
        return LaunchState.ACTIVE if self.paused_at is None else LaunchState.PAUSED

    @property
    def waits_for_account(self) -> bool:
        """Whether it is paused until the user has an account, or opening one has begun."""
        return self.state is LaunchState.PAUSED and self.pause_reason == PauseReason.ACCOUNT_REQUIRED

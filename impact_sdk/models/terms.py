"""The sixteen savehacks that can be launched, with the terms of each.

The vendor names the types and describes some of their fields. The names of the fields are ours, and so are the rules
that the vendor does not document. Wrong terms raise `ConfigurationError` at once.
Amounts are in the smallest unit of the tenant's currency, 1 or more.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

import attrs

from ..mistakes.errors import ConfigurationError
from ..mistakes.named import made_by_name
from ..mistakes.wrong import what_is_wrong_with_text, wrong

T = TypeVar("T")

Check = Callable[[object, "attrs.Attribute[int]", int], None]


def _whole(smallest: int, largest: int) -> Check:
    def check(terms: object, field: "attrs.Attribute[int]", value: int) -> None:
        if type(value) is not int:  # True is an int to Python, and no amount
            raise _wrong(terms, field, value, "a whole number")
        if not smallest <= value <= largest:
            raise _wrong(terms, field, value, f"{smallest} to {largest}")

    return check


def _name(terms: object, field: "attrs.Attribute[str]", value: str) -> None:
    wanted = what_is_wrong_with_text(value) or ("a name" if not value.strip() else None)
    if wanted is not None:
        raise _wrong(terms, field, value, wanted)


def _at_least(other: str) -> Check:
    def check(terms: object, field: "attrs.Attribute[int]", value: int) -> None:
        least = getattr(terms, other)
        if value < least:
            raise _wrong(terms, field, value, f"{other}, {least}, or more")

    return check


def _wrong(terms: object, field: "attrs.Attribute[T]", value: T, wanted: str) -> ConfigurationError:
    return wrong(f"{type(terms).__name__}.{field.name}", value, wanted)


# The upper bound is the one that the vendor documents for deposits.
AMOUNT = _whole(1, 2**63 - 1)


@made_by_name
@attrs.frozen(kw_only=True)
class Autopilot:
    """A deposit every week. Its amount is what the Dream needs to reach its target in time."""


@made_by_name
@attrs.frozen(kw_only=True)
class Daily:
    """A deposit of `amount_cents` every day; the first at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class Weekly:
    """A deposit of `amount_cents` every week on `weekday`, 0 for Monday to 6 for Sunday; the first at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)
    weekday: int = attrs.field(validator=_whole(0, 6))


@made_by_name
@attrs.frozen(kw_only=True)
class Monthly:
    """A deposit of `amount_cents` every month on `day_of_month`, 1 to 31; the first at once.

    In a shorter month it is the last day.
    """

    amount_cents: int = attrs.field(validator=AMOUNT)
    day_of_month: int = attrs.field(validator=_whole(1, 31))


@made_by_name
@attrs.frozen(kw_only=True)
class Thief:
    """Now and then, `min_amount_cents` to `max_amount_cents` (both included) are stolen for the Dream."""

    min_amount_cents: int = attrs.field(validator=AMOUNT)
    max_amount_cents: int = attrs.field(validator=[AMOUNT, _at_least("min_amount_cents")])


@made_by_name
@attrs.frozen(kw_only=True)
class Rocket:
    """A deposit every week that grows by `amount_cents` each time, up to `max_amount_cents`."""

    amount_cents: int = attrs.field(validator=AMOUNT)
    max_amount_cents: int = attrs.field(validator=[AMOUNT, _at_least("amount_cents")])


@made_by_name
@attrs.frozen(kw_only=True)
class OneTime:
    """One deposit of `amount_cents`, at once."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class Roulette:
    """Once a week the wheel gives nothing, or `min_amount_cents` to `max_amount_cents`."""

    min_amount_cents: int = attrs.field(validator=AMOUNT)
    max_amount_cents: int = attrs.field(validator=[AMOUNT, _at_least("min_amount_cents")])


@made_by_name
@attrs.frozen(kw_only=True)
class Moonstruck:
    """A deposit of `amount_cents` at each full moon."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class Percentage:
    """`percentage` of each salary, 1 to 100."""

    percentage: int = attrs.field(validator=_whole(1, 100))


@made_by_name
@attrs.frozen(kw_only=True)
class Everest:
    """Up and down in 52 weeks: 1 to 26 times `amount_cents`, and back."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class CalendarChaos:
    """On one random day of each month the day's number times `amount_cents`."""

    amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class SaveLeague:
    """A deposit of `amount_cents` for each goal of `team` in the league."""

    amount_cents: int = attrs.field(validator=AMOUNT)
    team: str = attrs.field(validator=_name)


@made_by_name
@attrs.frozen(kw_only=True)
class Eurocup:
    """A deposit of `amount_cents` for each goal of `team` in the cup."""

    amount_cents: int = attrs.field(validator=AMOUNT)
    team: str = attrs.field(validator=_name)


@made_by_name
@attrs.frozen(kw_only=True)
class Copycat:
    """The same amount that `friend` saves, up to `max_amount_cents` each time."""

    friend: str = attrs.field(validator=_name)
    max_amount_cents: int = attrs.field(validator=AMOUNT)


@made_by_name
@attrs.frozen(kw_only=True)
class Roundup:
    """Each purchase is rounded up to a multiple of `round_to_cents`, 2 to 100,000; the difference is saved."""

    round_to_cents: int = attrs.field(validator=_whole(2, 100_000))


SavehackTerms = (
    Autopilot
    | Daily
    | Weekly
    | Monthly
    | Thief
    | Rocket
    | OneTime
    | Roulette
    | Moonstruck
    | Percentage
    | Everest
    | CalendarChaos
    | SaveLeague
    | Eurocup
    | Copycat
    | Roundup
)

# On the wire, the type of a savehack is the name of its terms; the type of its launch has `Launch` behind it.
SAVEHACK_TYPES: Mapping[type[SavehackTerms], str] = {terms: terms.__name__ for terms in get_args(SavehackTerms)}

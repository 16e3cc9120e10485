"""A savehack: its name, its own fields, and the functions that compute when and how much it saves."""

import enum
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from . import amounts, schedules
from .feed import FeedEvent, FeedType
from .launch import LARGEST_CENTS, Launch

# The same in every sandbox, so that scripts can name a savehack by its id.
_NAMESPACE = uuid.UUID("6f1d3c1e-5a0b-5c52-9d0c-6a54c9a0f0de")


class Kind(enum.StrEnum):
    """The kind of a field: an amount of money, another integer, or a text."""

    CENTS = "cents"
    INTEGER = "integer"
    TEXT = "text"


@attrs.frozen(kw_only=True)
class OwnField:
    """A field that only launches of this type have; it is required.

    Attributes:
        least, most: The bounds of a number, both included; without meaning for a text.
    """

    name: str
    wire_name: str
    kind: Kind = Kind.CENTS
    least: int = 1
    most: int = LARGEST_CENTS


# docs/des.md 2.7
class Frequency(enum.StrEnum):
    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@attrs.frozen(kw_only=True)
class Consent:
    """The terms of a transfer consent to a launch.

    Attributes:
        max_frequency: The longest of the vendor's words whose day, week or month by the calendar never brings two
            deposits, apart from the one at the start. A busy day can bring several from a feed: no word is shorter.
        max_amount_cents: The largest deposit.
    """

    max_frequency: Frequency
    max_amount_cents: int


@attrs.frozen(kw_only=True)
class Savehack:
    """One automatic saving rule.

    Attributes:
        translated_name: By locale.
        in_order: The names of two own fields; the first must not be larger than the second.
        saves_at_start: Whether the start brings a deposit at once.
        amount: Of an occurrence, by launch, number and moment.
        next_due: Of an occurrence, by launch, number and the moment that it comes after.
        feed_type: The events that it reacts to; None if it reacts to none.
        amount_of: An event of that type, by launch.
        most: The largest deposit of a launch, for its transfer consent.
        rule: What it does, for the docs. Ours: the vendor's public pages only name the types and a few of their fields.
        vendor: What those pages say.
    """

    type: str
    id: str = attrs.field(init=False)
    translated_name: Mapping[str, str]
    own_fields: tuple[OwnField, ...] = ()
    in_order: tuple[str, str] | None = None
    saves_at_start: bool = False
    amount: Callable[[Launch, int, datetime], int] = amounts.nothing
    next_due: Callable[[Launch, int, datetime], datetime | None] = schedules.never
    feed_type: FeedType | None = None
    amount_of: Callable[[Launch, FeedEvent], int] = lambda launch, event: 0
    max_frequency: Frequency
    most: Callable[[Launch], int]
    rule: str
    vendor: str = "the type's name"

    @id.default
    def _id(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, self.type))

    @property
    def launch_type(self) -> str:
        """The type of its launches on the wire."""
        return f"{self.type}Launch"

    def contradictions(self, terms: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with terms that are within their bounds: a sentence by the wire name of the field."""
        if self.in_order is None or terms[self.in_order[0]] <= terms[self.in_order[1]]:
            return {}
        lower, upper = (next(field for field in self.own_fields if field.name == name) for name in self.in_order)
        return {upper.wire_name: f"must be at least {lower.wire_name}, which is {terms[lower.name]}"}

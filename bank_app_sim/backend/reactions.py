"""What the bank does when DES tells it something: a table, no I/O.

Most events are only kept. What the bank has to do about those in the table it finds out by itself sooner or later: it
looks for requested transactions every so often. An event makes it look now, and it matters neither how often nor in
which order events come.
"""

import enum
from collections.abc import Mapping

from impact_sdk import Event, EventType, Transaction, User


class Reaction(enum.Enum):
    """What an event is the reason for."""

    NONE = enum.auto()
    SETTLE = enum.auto()  # look for requested transactions now
    END_SAVING = enum.auto()  # the user is gone: close the savings account, and make room for another one


REACTIONS: Mapping[EventType, Reaction] = {
    EventType.DEPOSIT_REQUESTED: Reaction.SETTLE,
    EventType.WITHDRAWAL_REQUESTED: Reaction.SETTLE,
    EventType.INTERNAL_TRANSFER_REQUESTED: Reaction.SETTLE,
    EventType.USER_DESTROYED: Reaction.END_SAVING,
}


def reaction(event: Event) -> Reaction:
    """What to do about an event; nothing, where this program does not know its type or cannot read its data."""
    return REACTIONS.get(event.type, Reaction.NONE) if isinstance(event.data, Transaction | User) else Reaction.NONE


def customer_who_left(event: Event) -> str | None:
    """Whose user was destroyed, by the bank's own name for them."""
    return event.data.external_id if isinstance(event.data, User) else None

"""What the bank does about an event of DES: a table, no I/O.

The bank only keeps most events. It would also find out without the events in the table, but later: it looks for
requested transactions at intervals. An event makes it look now, so events may come in any order, and more than once.
"""

import enum
from collections.abc import Mapping

from impact_sdk import Event, EventType, Transaction, User


class Reaction(enum.Enum):
    """What the bank does about an event."""

    NONE = enum.auto()
    SETTLE = enum.auto()  # look for requested transactions now
    END_SAVING = enum.auto()  # the user is gone: close the savings account, so that another can be ordered


REACTIONS: Mapping[EventType, Reaction] = {
    EventType.DEPOSIT_REQUESTED: Reaction.SETTLE,
    EventType.WITHDRAWAL_REQUESTED: Reaction.SETTLE,
    EventType.INTERNAL_TRANSFER_REQUESTED: Reaction.SETTLE,
    EventType.USER_DESTROYED: Reaction.END_SAVING,
}


def reaction(event: Event) -> Reaction:
    """What to do about an event; nothing if this program does not know its type or cannot read its data."""
    return REACTIONS.get(event.type, Reaction.NONE) if isinstance(event.data, Transaction | User) else Reaction.NONE


def customer_who_left(event: Event) -> str | None:
    """The customer whose user was deleted."""
    return event.data.external_id if isinstance(event.data, User) else None

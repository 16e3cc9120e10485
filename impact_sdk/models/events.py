"""Events: what happened in DES, as GET /events and the webhook tell it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from .dreams import Dream
from .enumerations import EventType
from .savehacks import SavehackLaunch
from .transactions import Transaction
from .users import Reference, User


@attrs.frozen(kw_only=True)
class PageView:
    """A user opened a page.

    Attributes:
        path: Which one, such as `/dreams`.
        timestamp: When (UTC).
    """

    # docs/des.md 3.1
    path: str
    timestamp: datetime
    user: Reference


@attrs.frozen(kw_only=True)
class DreamMilestone(Dream):
    """A Dream that has come a quarter, half or three quarters of its way.

    Attributes:
        milestone_percent: 25, 50 or 75 (ours: the vendor does not show what a milestone's event holds).
    """

    milestone_percent: int | None = None


# Any JSON, where it could not be read.
EventData = User | PageView | Transaction | Dream | DreamMilestone | SavehackLaunch | Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened.

    ```python
    match event.data:
        case Transaction() as deposit if event.type is EventType.DEPOSIT_REQUESTED: ...
    ```

    Attributes:
        id: The same however often and by whichever way the event arrives: what to know a repetition by.
        created_at: When it happened (UTC); where to go on from. None where `problem` says that it could not be read.
        type: What happened.
        data: What it happened to, as it was then. JSON as it came where this SDK does not know the type, or where
            `problem` says that it could not read it.
        problem: Why its moment, or the data of a known type, could not be read, with the place; None when all is well.
    """

    # docs/des.md 1.14, 3.1
    id: str
    created_at: datetime | None
    type: EventType
    data: EventData
    problem: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether this SDK knows the type."""
        return self.type.is_known


@attrs.frozen(kw_only=True)
class EventBatch:
    """What one webhook brings.

    Attributes:
        batch_id: The same at every attempt to deliver it.
        timestamp: When it was put together (UTC); None where `problem` says that it could not be read.
        count: How many events DES says there are; how many there are where it does not say.
        events: In the order in which they happened.
        problem: Why its `timestamp` or `count` could not be read; what is wrong with an event stands on the event.
    """

    # docs/des.md 3.1
    batch_id: str = attrs.field(metadata={"wire": "batch_id"})
    timestamp: datetime | None
    events: tuple[Event, ...]
    count: int
    problem: str | None = None


_TRANSACTION = ("Deposit", "Withdrawal", "InternalTransfer")

# What the data of each type is read as.
# docs/des.md 3.1
EVENT_DATA: Mapping[EventType, type[Any]] = {
    EventType.USER_CREATED: User,
    EventType.USER_DESTROYED: User,
    EventType.PAGE_VIEW: PageView,
    **{EventType(f"{kind}{end}"): Transaction for kind in _TRANSACTION for end in ("Requested", "Settled", "Failed")},
    EventType.DREAM_CREATED: Dream,
    EventType.DREAM_UPDATED: Dream,
    EventType.DREAM_DELETED: Dream,
    EventType.DREAM_ACHIEVED: Dream,
    EventType.DREAM_MILESTONE: DreamMilestone,
    EventType.SAVEHACK_LAUNCHED: SavehackLaunch,
    EventType.SAVEHACK_LAUNCH_UPDATED: SavehackLaunch,
}

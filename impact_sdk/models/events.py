"""Events: what happened in DES. `GET /events` lists them, and webhooks deliver them."""

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
        path: Such as `/dreams`.
        timestamp: In UTC.
    """

    # docs/des.md 3.1
    path: str
    timestamp: datetime
    user: Reference


@attrs.frozen(kw_only=True)
class DreamMilestone(Dream):
    """A Dream that has reached a quarter, half or three quarters of its target.

    Attributes:
        milestone_percent: 25, 50 or 75 (ours: the vendor does not show what a milestone's event holds).
    """

    milestone_percent: int | None = None


# Any JSON, if it could not be read.
EventData = User | PageView | Transaction | Dream | DreamMilestone | SavehackLaunch | Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened.

    ```python
    match event.data:
        case Transaction() as deposit if event.type is EventType.DEPOSIT_REQUESTED: ...
    ```

    Attributes:
        id: The same each time the event arrives, by webhook or from a listing. Use it to find repetitions.
        created_at: When it happened (UTC). A listing can go on from here. None if `problem` says that it is unreadable.
        type: What happened.
        data: The object as it was then. The JSON as it came if this SDK does not know the type, or if `problem` says
            that it is unreadable.
        problem: Why `created_at`, or the data of a known type, could not be read, and where; None if all is well.
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
    """The events of one webhook.

    Attributes:
        batch_id: The same for each attempt to deliver it.
        timestamp: When DES put it together (UTC); None if `problem` says that it is unreadable.
        count: The number of events that DES names; the real number if DES names none.
        events: In the order in which they happened.
        problem: Why `timestamp` or `count` could not be read. A problem with an event is on the event.
    """

    # docs/des.md 3.1
    batch_id: str = attrs.field(metadata={"wire": "batch_id"})
    timestamp: datetime | None
    events: tuple[Event, ...]
    count: int
    problem: str | None = None


_TRANSACTION = ("Deposit", "Withdrawal", "InternalTransfer")

# The class of each type's data.
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

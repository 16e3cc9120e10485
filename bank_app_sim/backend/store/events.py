"""Events that DES has told, and when to look for more."""

import enum
from datetime import timedelta

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from impact_sdk import Event

from ...server.database import Connection, Query, columns_of, rows, values
from ...timeline.clock import timestamp
from ..tables import event_look, impact_events
from .claims import amend, asked_at, is_due_and_free


class Way(enum.StrEnum):
    """How an event came."""

    WEBHOOK = "webhook"
    LOOKING = "looking"


@attrs.frozen
class KeptEvent:
    """An event that was here; see `keep()`."""

    id: str
    type: str
    created_at: str
    came_by: str
    received_at: str


@attrs.frozen
class Look:
    """The next look for events.

    Attributes:
        after: The moment of the last event that a look has brought; None before the first.
        attempts: How many looks have failed in a row.
    """

    after: str | None
    attempts: int


# An event that was here.
_KEPT: Query[str] = values(sa.select(impact_events.c.id).where(impact_events.c.id == given("event")))
# Every event that was here, the oldest first.
_ALL = rows(
    KeptEvent,
    sa.select(*columns_of(KeptEvent, impact_events)).order_by(impact_events.c.created_at, impact_events.c.id),
)
_KEEP = sa.insert(impact_events)

# The row of the next look, if there is one.
_LOOK: Query[int] = values(sa.select(event_look.c.n))
_ADD_LOOK = sa.insert(event_look).values(attempts=0)
# A worker claims the look.
_CLAIM_LOOK = rows(
    Look,
    sa.update(event_look)
    .where(is_due_and_free(event_look))
    .values(claimed_until=given("until"))
    .returning(*columns_of(Look, event_look)),
)
_MOVE_ON = sa.update(event_look).values(after=given("to"))
_PLAN_LOOK = sa.update(event_look).values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)


def keep(connection: Connection, event: Event, *, way: Way, now: str) -> bool:
    """Write down that an event was here; False if it was here before."""
    if _KEPT.first(connection, event=event.id) is not None:
        return False
    # If DES wrote a moment that cannot be read, the event counts as created when it came.
    created_at = now if event.created_at is None else timestamp(event.created_at)
    kept = KeptEvent(event.id, event.type.value, created_at, way.value, received_at=now)
    connection.execute(_KEEP, attrs.asdict(kept))
    return True


def all_kept(connection: Connection) -> list[KeptEvent]:
    """Every event that was here, the oldest first."""
    return _ALL.all(connection)


def prepare_looking(connection: Connection, *, due_at: str | None) -> None:
    """Plan the first look; None is never."""
    if _LOOK.first(connection) is None:
        connection.execute(_ADD_LOOK)
    plan_look(connection, due_at, attempts=0, last_error=None)


def claim_look(connection: Connection, now: str, *, until: str, longest: timedelta) -> Look | None:
    """Where to look from; None if a look is not due, or another worker has claimed it."""
    amend(connection, event_look, now, longest=longest)
    return _CLAIM_LOOK.one_or_none(connection, **asked_at(now), until=until)


def move_on(connection: Connection, *, after: str) -> None:
    """Write down where the next look begins."""
    connection.execute(_MOVE_ON, {"to": after})


def plan_look(connection: Connection, due_at: str | None, *, attempts: int, last_error: str | None) -> None:
    connection.execute(_PLAN_LOOK, {"due_at": due_at, "attempts": attempts, "last_error": last_error})

"""Statements about what DES has told, and what ends with it; and the functions that run them."""

import enum
from datetime import timedelta
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from impact_sdk import Event

from ..server.database import Connection
from ..timeline.clock import timestamp
from .claims import amend, asked_at, is_due_and_free
from .provisioning import MAKES_ROOM, OrderState
from .tables import event_look, impact_events, orders


class Way(enum.StrEnum):
    """How an event has come."""

    WEBHOOK = "webhook"
    LOOKING = "looking"


@attrs.frozen
class Look:
    """The next look for events.

    Attributes:
        after: The moment of the last event that a look has brought; None before the first.
        attempts: Looks that have failed in a row.
    """

    after: str | None
    attempts: int


_is_kept = sa.select(impact_events.c.id).where(impact_events.c.id == given("event"))
_keep = sa.insert(impact_events)
_SHOWN = ("id", "type", "created_at", "came_by", "received_at")
_all = sa.select(*(impact_events.c[name] for name in _SHOWN)).order_by(impact_events.c.created_at, impact_events.c.id)

_look = sa.select(event_look.c.n)
_add_look = sa.insert(event_look).values(attempts=0)
_claim_look = (
    sa.update(event_look)
    .where(is_due_and_free(event_look))
    .values(claimed_until=given("until"))
    .returning(event_look.c.after, event_look.c.attempts)
)
_move_on = sa.update(event_look).values(after=given("to"))
_plan_look = sa.update(event_look).values(
    due_at=given("due_at"), claimed_until=None, attempts=given("attempts"), last_error=given("last_error")
)

_close_order = (
    sa.update(orders)
    .where(
        orders.c.customer == given("of_customer"),
        orders.c.ordered_at < given("before"),
        orders.c.state.not_in([state.value for state in MAKES_ROOM]),
    )
    .values(state=OrderState.CLOSED.value, due_at=None, claimed_until=None, attempts=0, last_error=None)
)


def keep(connection: Connection, event: Event, *, way: Way, now: str) -> bool:
    """Write down that an event was here; False when it was before."""
    if connection.execute(_is_kept, {"event": event.id}).first() is not None:
        return False
    kept = {
        "id": event.id,
        "type": event.type.value,
        # When it came, where DES wrote a moment that is none.
        "created_at": now if event.created_at is None else timestamp(event.created_at),
        "came_by": way.value,
        "received_at": now,
    }
    connection.execute(_keep, kept)
    return True


def all_kept(connection: Connection) -> list[dict[str, Any]]:
    """Every event that was here, the oldest first."""
    return [dict(zip(_SHOWN, row, strict=True)) for row in connection.execute(_all)]


def prepare_looking(connection: Connection, *, due_at: str | None) -> None:
    """Make the row that says when to look next, and let it be then; None is never."""
    if connection.execute(_look).first() is None:
        connection.execute(_add_look)
    plan_look(connection, due_at, attempts=0, last_error=None)


def claim_look(connection: Connection, now: str, *, until: str, longest: timedelta) -> Look | None:
    """From where to look; None while it is not time, or another worker is at it."""
    amend(connection, event_look, now, longest=longest)
    row = connection.execute(_claim_look, {**asked_at(now), "until": until}).one_or_none()
    return None if row is None else Look(row.after, row.attempts)


def move_on(connection: Connection, *, after: str) -> None:
    connection.execute(_move_on, {"to": after})


def plan_look(connection: Connection, due_at: str | None, *, attempts: int, last_error: str | None) -> None:
    connection.execute(_plan_look, {"due_at": due_at, "attempts": attempts, "last_error": last_error})


def close_order(connection: Connection, customer: str, *, before: str) -> bool:
    """End the customer's order, whatever state it is in, if it was made before; whether there was one."""
    return connection.execute(_close_order, {"of_customer": customer, "before": before}).rowcount > 0

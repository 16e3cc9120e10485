"""`POST /sandbox/feed`: the outside world that some savehacks live on, told by whoever plays it."""

from typing import Any

from ..server.answers import Answer
from ..timeline.clock import moment
from . import engine, launching
from .fields import Fields
from .request import Request

MOST_GOALS = 100

# How the fields are called on the wire.
WIRE_NAMES = {
    "user_id": "userId",
    "amount_cents": "amountCents",
    "team": "team",
    "competition": "competition",
    "friend": "friend",
}


def take(request: Request) -> Answer:
    """Something happened: every active launch that lives on it prepares its deposit, now."""
    fields = Fields(request.http.body, "feedEvent")
    event = _read(request, fields)
    ids = launching.prepare_for(request, event)
    shown: dict[str, Any] = {
        "id": event.id,
        "type": event.type,
        "at": fields.happened_at("at", now=request.now) or request.now,
        "userId": event.user_id,
        "amountCents": event.amount_cents,
        "team": event.team,
        "competition": event.competition,
        "goals": event.goals,
        "friend": event.friend,
        "transactionIds": ids,
    }
    return Answer(201, {"feedEvent": shown})


def _read(request: Request, fields: Fields) -> engine.FeedEvent:
    kind = fields.one_of("type", tuple(engine.FeedType))
    if fields.value("type") is None:
        fields.refuse("type", "is missing")
    at = fields.happened_at("at", now=request.now) or request.now
    user_id = fields.optional_text("userId")
    values: dict[str, Any] = {
        "user_id": user_id,
        "amount_cents": fields.cents("amountCents", least=1) if fields.value("amountCents") is not None else None,
        "team": fields.optional_text("team"),
        "competition": fields.one_of("competition", tuple(engine.Competition)),
        "goals": fields.integer("goals", least=1, most=MOST_GOALS, default=1),
        "friend": fields.optional_text("friend"),
    }
    if kind is not None:
        for name in engine.NEEDED[engine.FeedType(kind)]:
            if fields.value(WIRE_NAMES[name]) is None:
                fields.refuse(WIRE_NAMES[name], f"is missing: a {kind} has one")
    fields.check()
    if user_id is not None:
        request.owner(user_id, field=fields.path("userId"))
    return engine.FeedEvent(id=request.ids.uuid(), type=engine.FeedType(str(kind)), at=moment(at), **values)

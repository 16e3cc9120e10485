"""`POST /sandbox/feed`: events of the outside world, such as purchases and goals, which some savehacks react to."""

from typing import Any

from ...server.http.answers import Answer
from ...server.http.fields import Fields
from ...server.http.readers import TEXT, integer, one_of
from ...timeline.clock import moment
from .. import engine
from ..readers import cents, happened
from ..request import Request
from . import launching

MOST_GOALS = 100

# The names of the fields on the wire.
WIRE_NAMES = {
    "user_id": "userId",
    "amount_cents": "amountCents",
    "team": "team",
    "competition": "competition",
    "friend": "friend",
}


def take(request: Request) -> Answer:
    """Take an event: every active launch that reacts to it prepares its deposit now."""
    fields = Fields(request.http.body, "feedEvent")
    event = _read(request, fields)
    ids = launching.prepare_for(request, event)
    shown: dict[str, Any] = {
        "id": event.id,
        "type": event.type,
        "at": fields.optional("at", happened(now=request.now)) or request.now,
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
    kind = fields.optional("type", one_of(*engine.FeedType))
    if not fields.has("type"):
        fields.refuse("type", "is missing")
    at = fields.optional("at", happened(now=request.now)) or request.now
    user_id = fields.optional("userId", TEXT)
    values: dict[str, Any] = {
        "user_id": user_id,
        "amount_cents": fields.optional("amountCents", cents(least=1)),
        "team": fields.optional("team", TEXT),
        "competition": fields.optional("competition", one_of(*engine.Competition)),
        "goals": fields.required("goals", integer(least=1, most=MOST_GOALS), 1),
        "friend": fields.optional("friend", TEXT),
    }
    if kind is not None:
        for name in engine.NEEDED[engine.FeedType(kind)]:
            if not fields.has(WIRE_NAMES[name]):
                fields.refuse(WIRE_NAMES[name], f"is missing: a {kind} has one")
    fields.check()
    if user_id is not None:
        request.owner(user_id, field=fields.path("userId"))
    return engine.FeedEvent(id=request.ids.uuid(), type=engine.FeedType(str(kind)), at=moment(at), **values)

"""Shows the messages of a world, and takes those from the side of the phones."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from ....server.http.answers import Answer, Refused
from ....server.http.readers import TEXT, list_of, one_of
from ....timeline.trace import PARTICIPANTS, of_user
from ....timeline.turns import BRANCH
from ..fields import Field, Fields
from ..served_world import ServedWorld
from .command import ControlRequest

# Of one answer. A world keeps all of them, and lives for thousands of days.
MOST_MESSAGES = 1_000

_PARTICIPANT = one_of(*PARTICIPANTS)


def _detail(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    return value


def _text_or_none(value: Any) -> str:
    return "" if value == "" else TEXT(value)


_MESSAGE: Mapping[str, Any] = {
    "from": _PARTICIPANT,
    "to": _PARTICIPANT,
    "label": TEXT,
    "kind": one_of("call", "return", "request", "response"),
}

# What a message can have as well, and what it is without.
_MORE: Mapping[str, Any] = {"detail": (_detail, {}), "user": (_text_or_none, ""), "branch": (_text_or_none, "")}


def _message(value: Any) -> Mapping[str, Any]:
    """One message. It is refused as a whole: field by field is for those that people write."""
    if not isinstance(value, dict) or not _MESSAGE.keys() <= value.keys() <= {*_MESSAGE, *_MORE}:
        raise ValueError(f"must be an object with {', '.join(_MESSAGE)}, and perhaps {', '.join(_MORE)}")
    read = {name: _member(name, reads, value[name]) for name, reads in _MESSAGE.items()}
    return read | {name: _member(name, reads, value.get(name, default)) for name, (reads, default) in _MORE.items()}


def _member(name: str, read: Callable[[Any], object], value: object) -> object:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"has a {name!r} that {error}") from None


MESSAGES: Fields = {
    "messages": Field(list_of(_message), "What was said on the side of the phones, in order.", is_required=True)
}


async def show_messages(request: ControlRequest) -> Answer:
    after = request.http.query.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= 15):
        raise Refused(400, {"after": ["must be the number of a message"]})

    async def messages(world: ServedWorld) -> list[dict[str, Any]]:
        later = (message for message in world.simulation.trace if message.n > int(after))
        # One more than is shown tells whether there are more.
        return [message.as_json() for message in itertools.islice(later, MOST_MESSAGES + 1)]

    found = await request.world.thread.call(messages)
    return Answer(200, {"messages": found[:MOST_MESSAGES], "has_more": len(found) > MOST_MESSAGES})


async def take_messages(request: ControlRequest) -> Answer:
    async def record(world: ServedWorld) -> None:
        for message in request.values["messages"]:
            BRANCH.set(message["branch"])
            with of_user(message["user"]):
                world.simulation.trace.record(
                    message["from"],
                    message["to"],
                    message["label"],
                    kind=message["kind"],
                    detail=message["detail"],
                )

    await request.world.thread.call(record)
    return Answer(204)

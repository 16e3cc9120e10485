"""What can be asked of the plane, with which fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from ...backend import EVERY_CRASH_POINT
from ...server.readers import TEXT, at, integer, list_of, nullable, one_of, seconds, yes_or_no
from ...timeline.trace import PARTICIPANTS
from ..exchanges import message
from ..network import Trouble
from . import settings
from .fields import TROUBLE, Field, Fields, goal


@attrs.frozen
class Operation:
    """One of them.

    Attributes:
        does: The method of `Plane` that does it.
        fields: What the body may have.
        query: The parameters that its query may have.
    """

    method: str
    path: str
    does: str
    fields: Fields = attrs.field(factory=dict)
    query: tuple[str, ...] = ()


def _words(*words: str) -> str:
    return ", ".join(f"`{word}`" for word in words)


_PARTICIPANT = one_of(*PARTICIPANTS)
_CRASH_POINT = one_of(*EVERY_CRASH_POINT)

CLOCK: Fields = {
    "to": Field(
        nullable(goal),
        "The moment, at most a hundred years away; the next one that anybody waits for, when null or left out.",
    ),
    "sleepers": Field(
        lambda value: list_of(_number_and_moment)(value),
        "Who waits for a moment on your side: `[number, moment]` each. Time stands still when one has come.",
    ),
    "in_flight": Field(
        lambda value: frozenset(list_of(integer(least=1))(value)),
        "Numbers of requests that you wait for: time stands still when one of them is answered.",
    ),
    "last": Field(integer(least=0), "The highest number that you have given to a request so far."),
    "turns": Field(yes_or_no, "Messages go one at a time, in an order that the seed decides."),
    "waiting": Field(
        lambda value: list_of(_branch_and_name)(value), "Who waits for a turn on your side: `[branch, name]` each."
    ),
}


def _branch_and_name(value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of pairs of texts")
    return value[0], value[1]


def _number_and_moment(value: Any) -> tuple[int, datetime]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be a list of pairs of a number and a moment")
    return integer(least=0)(value[0]), at(value[1])


def _detail(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("the detail of a message must be an object")
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
        raise ValueError(f"a message must be an object with {', '.join(_MESSAGE)}, and perhaps {', '.join(_MORE)}")
    read = {name: reads(value[name]) for name, reads in _MESSAGE.items()}
    return read | {name: reads(value.get(name, default)) for name, (reads, default) in _MORE.items()}


MESSAGES: Fields = {
    "messages": Field(list_of(_message), "What was said on the side of the phones, in order.", is_required=True)
}

FAULT: Fields = {
    "trouble": Field(TROUBLE, f"What the network does: {_words(*Trouble)}.", is_required=True),
    "sender": Field(nullable(_PARTICIPANT), "Whose messages; anybody's, when left out."),
    "receiver": Field(nullable(_PARTICIPANT), "To whom; to anybody, when left out."),
    "what": Field(
        nullable(lambda value: message(TEXT(value))),
        "Method and path, such as `PATCH /transactions/{id}`, one of [all messages](journeys.md#messages), or what the "
        "diagrams call it; any, when left out.",
    ),
    "times": Field(
        nullable(integer(least=1)), "How many messages it befalls, null for all that come; 1 when left out."
    ),
    "after": Field(integer(least=0), "How many pass unharmed before; 0 when left out."),
    "status": Field(integer(least=400, most=599), "What is answered, for `answered`; 503 when left out."),
    "delay_seconds": Field(seconds(), "How late it is, for `late`."),
    "name": Field(TEXT, "What you call it; `GET …/faults` says it."),
}

DEATH: Fields = {
    "of": Field(one_of("des", "bank_backend"), "Whose process dies: `des` or `bank_backend`.", is_required=True),
    "stays_down_seconds": Field(seconds(), "How long it is not there; started again at once, when left out."),
    "at": Field(
        _CRASH_POINT, "Not now but when the bank's backend next comes to this point, one that `serve --help` lists."
    ),
}

BANK: Fields = {
    "decision_after_seconds": Field(seconds(), "How long it takes to decide on accounts ordered from now on."),
    "refuses": Field(list_of(TEXT), "Customers to whom it gives no account from now on."),
    "decides_now": Field(yes_or_no, "It decides at once on every order that waits."),
}

OPERATIONS = (
    Operation("GET", "/sandbox/worlds", "list_worlds"),
    Operation("POST", "/sandbox/worlds", "make_world", settings.FIELDS),
    Operation("DELETE", "/sandbox/worlds/{id}", "remove_world"),
    Operation("POST", "/sandbox/worlds/{id}/clock", "let_time_pass", CLOCK),
    Operation("GET", "/sandbox/worlds/{id}/messages", "show_messages", query=("after",)),
    Operation("POST", "/sandbox/worlds/{id}/messages", "take_messages", MESSAGES),
    Operation("GET", "/sandbox/worlds/{id}/state", "show_state"),
    Operation("POST", "/sandbox/worlds/{id}/faults", "add_fault", FAULT),
    Operation("GET", "/sandbox/worlds/{id}/faults", "show_faults"),
    Operation("DELETE", "/sandbox/worlds/{id}/faults", "remove_faults"),
    Operation("POST", "/sandbox/worlds/{id}/deaths", "let_die", DEATH),
    Operation("PATCH", "/sandbox/worlds/{id}/bank", "change_bank", BANK),
)

"""Whose a message is that no phone has sent: the bank and DES speak of one user in most of what they say. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from ...timeline.trace import Message

# Deeper than any body of either API.
DEEPEST = 12


def with_owners(messages: Sequence[Message]) -> list[Message]:
    """The messages, each that speaks of one user alone with this user, together with what asked for it or answered it.

    What was sent on a phone is its user's, whatever it speaks of.
    """
    spoken: dict[str, set[str]] = {}
    for message in messages:
        if message.user == "" and (exchange := _exchange(message)):
            spoken.setdefault(exchange, set()).update(_users(message.detail.get("body"), 0))
    return [_owned(message, spoken.get(_exchange(message), set())) for message in messages]


def _exchange(message: Message) -> str:
    """What a request and its answer share."""
    return str(message.detail.get("request_id") or message.detail.get("webhook_id") or "")


def _owned(message: Message, users: set[str]) -> Message:
    return attrs.evolve(message, user=next(iter(users))) if message.user == "" and len(users) == 1 else message


def _users(value: Any, depth: int) -> Iterator[str]:
    """The bank's ids of all users that a body speaks of."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        if value.get("type") == "User" and isinstance(value.get("externalId"), str):
            yield value["externalId"]
        for name, inner in value.items():
            if name in ("externalUserId", "customer") and isinstance(inner, str):
                yield inner
            else:
                yield from _users(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _users(inner, depth + 1)

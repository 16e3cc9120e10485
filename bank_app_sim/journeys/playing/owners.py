"""The users of messages that no phone has sent: most messages of the bank and DES are about one user. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from ...timeline.trace import Message

# No body of either API is so deep.
DEEPEST = 12


def with_owners(messages: Sequence[Message]) -> list[Message]:
    """The messages; one that is about a single user gets this user, and so do its request and its answer.

    A message that a phone has sent belongs to the user of the phone.
    """
    spoken: dict[str, set[str]] = {}
    for message in messages:
        if message.user == "" and (exchange := _exchange(message)):
            spoken.setdefault(exchange, set()).update(_users(message.detail.get("body"), 0))
    return [_owned(message, spoken.get(_exchange(message), set())) for message in messages]


def _exchange(message: Message) -> str:
    """The id that a request and its answer share."""
    return str(message.detail.get("request_id") or message.detail.get("webhook_id") or "")


def _owned(message: Message, users: set[str]) -> Message:
    return attrs.evolve(message, user=next(iter(users))) if message.user == "" and len(users) == 1 else message


def _users(value: object, depth: int) -> Iterator[str]:
    """The bank's ids of all users in a body."""
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

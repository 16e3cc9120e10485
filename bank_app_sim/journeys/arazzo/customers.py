"""Finds the user of each call in a recording. A recording does not say it: cookies are secret.

But answers name users, and things belong to users. If an answer says that an existing thing does not exist, the call is
another user's. A call without such a sign belongs to the user of the call before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from .calls import VERIFY_TOKEN, RecordedCall


@attrs.frozen(kw_only=True)
class Customers:
    """The users of a recording.

    Attributes:
        names: The bank's own id (`externalId`) of each user, by the user's id at DES.
        of_calls: The bank's own id of the user, by the `n` of a call of the SDK. A sign-in is missing if nothing of its
            user follows.
    """

    names: Mapping[str, str]
    of_calls: Mapping[int, str]

    def id_of(self, name: str) -> str | None:
        """The user's id at DES, in the recording."""
        return next((user for user, other in self.names.items() if other == name), None)


def customers(calls: Sequence[RecordedCall], *, expected: Sequence[str]) -> Customers:
    """Find the user of each call.

    Args:
        expected: The users with ID tokens: one of them signs in if nothing else is known.
    """
    names = {user["id"]: user["externalId"] for call in calls for user in _users(call.answer) if user.get("externalId")}
    owners = _owners(calls, names)
    asked = [call for call in calls if call.sender == "sdk"]
    spoken_of = {call.n: owner for call in asked if (owner := _owner(call, names, owners))}
    seen = [(call.n, spoken_of[call.n]) for call in asked if call.n in spoken_of and call.status != 404]
    guess = _Guess(spoken_of, seen, expected, [name for name in expected if name in names.values()])
    found = {call.n: name for call in asked if (name := guess.whose(call)) is not None}
    return Customers(names=names, of_calls=found)


@attrs.define
class _Guess:
    """Finds the users of the SDK's calls, in the order of the calls.

    Attributes:
        spoken_of: The user whom a call is about, by its `n`.
        seen: The same, in order, for calls that are certainly of these users.
        named: The expected users whom an answer names.
        latest: The users who have made calls, the last one last.
    """

    spoken_of: Mapping[int, str]
    seen: Sequence[tuple[int, str]]
    expected: Sequence[str]
    named: Sequence[str]
    signed_in: set[str] = attrs.field(factory=set, init=False)
    latest: list[str] = attrs.field(factory=list, init=False)

    def whose(self, call: RecordedCall) -> str | None:
        name = self._who_signs_in(call.n) if call.path == VERIFY_TOKEN else self._who_asks(call)
        if name is not None:
            self.latest = [*(other for other in self.latest if other != name), name]
            if call.path == VERIFY_TOKEN and call.has_succeeded:
                self.signed_in.add(name)
        return name

    def _who_signs_in(self, n: int) -> str | None:
        """Among users without a session, the one who is seen next or named; otherwise the one who is seen next."""
        later = [name for other, name in self.seen if other > n]
        waiting = [name for name in (*later, *self.named) if name not in self.signed_in]
        strangers = [name for name in self.expected if name not in self.signed_in]
        return next(iter([*waiting, *later, *strangers, *reversed(self.latest)]), None)

    def _who_asks(self, call: RecordedCall) -> str | None:
        owner = self.spoken_of.get(call.n)
        if call.status == 404 and owner is not None:  # the thing exists, and belongs to somebody else
            others = (name for name in reversed(self.latest) if name != owner)
            return next(others, owner)
        return owner or next(iter([*reversed(self.latest), *(name for _, name in self.seen), *self.expected]), None)


def _owner(call: RecordedCall, names: Mapping[str, str], owners: Mapping[str, str]) -> str | None:
    """The user whom a call is about."""
    for text in (*_texts(call.path.split("/")), *_texts([value for _, value in call.query]), *_texts(call.body)):
        if text in names or text in owners:
            return names.get(text) or owners[text]
    return next((user["externalId"] for user in _users(call.answer) if user.get("externalId")), None)


def _owners(calls: Sequence[RecordedCall], names: Mapping[str, str]) -> dict[str, str]:
    """The owner of each thing, by its id."""
    owners: dict[str, str] = {}
    for call in calls:
        for thing in _objects(call.answer):
            user = thing.get("user") or (thing.get("dream") or {}).get("user")
            if "id" in thing and user:
                owners[thing["id"]] = names.get(user["id"], user.get("externalId") or "")
    return owners


def _users(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (thing for thing in _objects(value) if thing.get("type") == "User" and "id" in thing)


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _objects(element)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _texts(element)
    elif isinstance(value, str):
        yield value

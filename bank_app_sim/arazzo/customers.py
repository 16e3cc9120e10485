"""Whose session each call of a recording was made with. A recording does not say: cookies are secret.

But answers speak of users, and things belong to users; what says nothing of its own is of the user of the call before.
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
        of_calls: By the `n` of a call of the SDK: the bank's own id of the user. A sign-in after which nothing of its
            user is seen is not among them.
    """

    names: Mapping[str, str]
    of_calls: Mapping[int, str]

    def id_of(self, name: str) -> str | None:
        """The user's id at DES, in the recording."""
        return next((user for user, other in self.names.items() if other == name), None)


def customers(calls: Sequence[RecordedCall], *, expected: Sequence[str]) -> Customers:
    """Find out whose each call is.

    Args:
        expected: The users of whom ID tokens are at hand: whoever is left signs in where nothing else is known.
    """
    names = {user["id"]: user["externalId"] for call in calls for user in _users(call.answer) if user.get("externalId")}
    owners = _owners(calls, names)
    known = {call.n: owner for call in calls if call.sender == "sdk" and (owner := _owner(call, names, owners))}
    found: dict[int, str] = {}
    signed_in: set[str] = set()
    latest: str | None = None
    for position, call in enumerate(calls):
        if call.sender != "sdk":
            continue
        if call.path == VERIFY_TOKEN:
            name = _who_signs_in(calls[position + 1 :], known, signed_in) or _left(expected, signed_in, known)
            if name is not None and call.has_succeeded:
                signed_in.add(name)
        else:
            name = known.get(call.n) or latest or next(iter(known.values()), None) or next(iter(expected), None)
        if name is not None:
            found[call.n] = latest = name
    return Customers(names=names, of_calls=found)


def _who_signs_in(later: Sequence[RecordedCall], known: Mapping[int, str], signed_in: set[str]) -> str | None:
    """The next user to be seen who has no session yet; where all have one, the next user to be seen."""
    seen = [known[call.n] for call in later if call.n in known]
    return next((name for name in seen if name not in signed_in), next(iter(seen), None))


def _left(expected: Sequence[str], signed_in: set[str], known: Mapping[int, str]) -> str | None:
    """Who signs in and does nothing more: the one whom nothing else speaks of, or who is there alone."""
    left = [name for name in expected if name not in signed_in]
    return left[0] if left else next(iter(reversed(list(known.values()))), next(iter(expected), None))


def _owner(call: RecordedCall, names: Mapping[str, str], owners: Mapping[str, str]) -> str | None:
    """Whom a call speaks of. What is refused as unknown may be somebody else's."""
    if call.status == 404:
        return None
    for text in (*_texts(call.path.split("/")), *_texts([value for _, value in call.query]), *_texts(call.body)):
        if text in names or text in owners:
            return names.get(text) or owners[text]
    return next((user["externalId"] for user in _users(call.answer) if user.get("externalId")), None)


def _owners(calls: Sequence[RecordedCall], names: Mapping[str, str]) -> dict[str, str]:
    """Whose each thing is, by its id."""
    owners: dict[str, str] = {}
    for call in calls:
        for thing in _objects(call.answer):
            user = thing.get("user") or (thing.get("dream") or {}).get("user")
            if "id" in thing and user:
                owners[thing["id"]] = names.get(user["id"], user.get("externalId") or "")
    return owners


def _users(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (thing for thing in _objects(value) if thing.get("type") == "User" and "id" in thing)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _objects(element)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _texts(element)
    elif isinstance(value, str):
        yield value

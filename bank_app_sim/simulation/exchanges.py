"""Every request that one participant can send to another: its method, its path, and its names in the diagrams.

Faults, journeys and the control plane all name messages by this table. Everywhere the name of a message that nobody can
send is refused: a fault for it would never strike, and its count would always be 0.
"""

import difflib
import functools
import re
from collections.abc import Iterable

import attrs

from ..des.api import OAUTH_TOKEN, VERIFY_TOKEN
from ..des.operations import OPERATIONS
from ..des.request import Bank, User
from ..des.unit_of_work import UnitOfWork
from ..server.http.operation import VERSION, Operation
from ..timeline.trace import PARTICIPANTS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

EXAMPLES = "POST /accounts or PATCH /transactions/{id}"


@attrs.frozen(kw_only=True)
class Exchange:
    """A kind of request, and its answer.

    Attributes:
        path: The receiver's path, such as `/v1/users/{id}`.
        senders: The participants who send it, by their names in the trace.
        asked: Other names of the request in the sequence diagrams.
        answered: Other names of a successful answer there.
    """

    receiver: str
    method: str
    path: str
    senders: tuple[str, ...]
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Method and path without the version."""
        return f"{self.method} {_plain(self.path)}"


class NoSuchMessage(ValueError):
    """No participant sends or gets such a message. The text names the nearest one that exists."""


_SENDERS = {User: "sdk", Bank: "bank_backend"}


def _of_des(operation: Operation[UnitOfWork]) -> Exchange:
    return Exchange(
        receiver="des",
        method=operation.method,
        path=operation.path,
        senders=tuple(_SENDERS[principal] for principal in operation.does.principals),
        asked=(operation.asked,) if isinstance(operation.asked, str) else (),
        answered=() if operation.answered is None else (operation.answered,),
    )


def _of_bank(method: str, path: str, sender: str = "bank_app", **names: tuple[str, ...]) -> Exchange:
    return Exchange(receiver="bank_backend", method=method, path=path, senders=(sender,), **names)


EXCHANGES = (
    Exchange(receiver="des", method="POST", path=VERIFY_TOKEN, senders=("sdk",)),
    Exchange(receiver="des", method="POST", path=OAUTH_TOKEN, senders=("bank_backend",)),
    *map(_of_des, OPERATIONS),
    _of_bank("POST", "/sign-in"),
    _of_bank("POST", "/silent-sign-in"),
    _of_bank(
        "POST",
        "/provisioning-orders",
        asked=("Initiate account provisioning", "Initiate (async) account provisioning"),
    ),
    _of_bank("GET", "/provisioning-orders/{id}", answered=("done",)),
    _of_bank("GET", "/accounts"),
    _of_bank("GET", "/ledger"),
    _of_bank("POST", "/ledger/movements"),
    _of_bank("GET", "/impact-events"),
    _of_bank("POST", "/consents"),
    _of_bank("GET", "/consents/{id}"),
    _of_bank("PUT", "/consents/{id}/answer"),
    _of_bank("GET", "/.well-known/jwks.json", "des"),
    _of_bank("POST", "/webhooks/events", "des"),
    _of_bank("POST", "/webhooks/transactions", "des"),
)

# A name of the diagrams means the request of the sender in the diagram: the SDK's, not the bank's with that path.
ASKED = {
    name: attrs.evolve(each, senders=each.senders[:1] if each.receiver != "des" else ("sdk",))
    for each in EXCHANGES
    for name in each.asked
}
ANSWERED = {name: each for each in EXCHANGES for name in each.answered}

_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _plain(path: str) -> str:
    return path.removeprefix(VERSION)


def _pattern(each: Exchange) -> str:
    path = each.path.replace(".", r"\.").replace("{id}", r"(\{id\}|[0-9a-fA-F-]{36})")
    return f"{each.method} +{path.replace(VERSION, f'({VERSION})?', 1)}/?"


def in_pattern(name: str) -> str:
    """A name of the diagrams as a part of a pattern, in the dialect of JSON Schema."""
    return re.sub(r"([.()])", r"\\\1", name)


# What `message()` reads, for editors. They need not know exactly what an id is.
PATTERN = "|".join([*map(_pattern, EXCHANGES), *map(in_pattern, ASKED)])


def message(text: str) -> str:
    """A name for a message, as faults have it: method and path, or a name of the diagrams.

    With the version (`POST /v1/accounts`) it means only DES' path, and with an id in place of `{id}` only that one.

    Raises:
        NoSuchMessage: There is no such message.
    """
    if text.strip() in ASKED:
        return text.strip()
    if "/" not in text:
        raise NoSuchMessage(_unknown_name(text))
    method, path = _apart(text)
    there = _at(path)
    if not there:
        raise NoSuchMessage(_unknown_path(text, method, path))
    if method not in [each.method for each in there]:
        names = _one_of(each.name for each in there)
        raise NoSuchMessage(f"{text!r} is not a message: this path has no {method}; it can be {names}")
    return f"{method} {path}"


def exchanges(what: str | None) -> list[Exchange]:
    """The kinds of requests that a name from `message()` means; all kinds for None."""
    if what is None:
        return list(EXCHANGES)
    if what in ASKED:
        return [ASKED[what]]
    method, _, path = what.partition(" ")
    return [each for each in _at(path) if each.method == method]


def as_sent(what: str, sender: str | None) -> tuple[str, str | None]:
    """Method and path of a name from `message()`, and the sender: a name of the diagrams has only one."""
    if what not in ASKED:
        return what, sender
    return ASKED[what].name, sender or ASKED[what].senders[0]


def refuse_what_nobody_sends(what: str | None, *, sender: str | None, receiver: str | None) -> None:
    """Raise if no such message ever goes from this sender to this receiver.

    Args:
        what: A name from `message()`; None for any message.
        sender: A participant by its name in the trace; None for any.
        receiver: Likewise.

    Raises:
        NoSuchMessage: The sender never sends it, the receiver never gets it, or there is no such participant.
    """
    for participant in filter(None, (sender, receiver)):
        if participant not in PARTICIPANTS:
            raise NoSuchMessage(f"unknown participant {participant!r}; it can be {_one_of(PARTICIPANTS)}")
    meant = exchanges(what)
    for_receiver = [each for each in meant if receiver in (None, each.receiver)]
    if not for_receiver:
        others = _titles(each.receiver for each in meant)
        raise NoSuchMessage(f"{PARTICIPANTS[str(receiver)]} never gets {what or 'a message'}; {others} does")
    if any(sender in (None, *each.senders) for each in for_receiver):
        return
    senders = [name for each in for_receiver for name in each.senders]
    to = f" to {PARTICIPANTS[receiver]}" if receiver else ""
    said = what or "a message"
    raise NoSuchMessage(f"{PARTICIPANTS[str(sender)]} never sends {said}{to}; {_titles(senders)} does")


@functools.lru_cache(4096)
def name_of(method: str, path: str) -> str | None:
    """The name of a request that was sent: method and path, with `{id}` for ids and without the version."""
    for each in EXCHANGES:
        if each.method == method and _fits(each.path, path, any_id=True):
            return each.name
    return None


def _apart(text: str) -> tuple[str, str]:
    words = text.split()
    if len(words) != 2 or not words[1].startswith("/"):
        raise NoSuchMessage(f"{text!r} is not a message; write method and path, such as {EXAMPLES}")
    path, query, _ = words[1].partition("?")
    if query:
        raise NoSuchMessage(f"{text!r} is not a message; leave the query out: {words[0]} {path}")
    return words[0], path.rstrip("/")


def _at(path: str) -> list[Exchange]:
    return [each for each in EXCHANGES if _fits(each.path, path) or _fits(_plain(each.path), path)]


def _fits(template: str, path: str, *, any_id: bool = False) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        one == other or (one == "{id}" and (any_id or _ID.fullmatch(other) is not None))
        for one, other in zip(wanted, given, strict=True)
    )


def _unknown_name(text: str) -> str:
    """Why a text without a path is not a message, and what it may mean."""
    name = text.strip()
    if name in ANSWERED:
        asked = ANSWERED[name].name
        return f"{name!r} is the answer to {asked!r}, and what is meant here is a message that asks; write {asked!r}"
    by_plain = {each.lower(): each for each in ASKED}
    if near := difflib.get_close_matches(name.lower()[:200], by_plain, n=1, cutoff=0.7):
        return f"{text!r} is not a message; did you mean {by_plain[near[0]]!r}?"
    return f"{text!r} is not a message; write method and path, such as {EXAMPLES}, or what the diagrams call it"


def _unknown_path(text: str, method: str, path: str) -> str:
    """That no participant has this path, and the nearest path that exists."""
    with_ids = [
        each for each in EXCHANGES if _fits(each.path, path, any_id=True) or _fits(_plain(each.path), path, any_id=True)
    ]
    if with_ids:
        [nearest] = sorted({each.name for each in with_ids}, key=lambda name: not name.startswith(f"{method} "))[:1]
        return f"{text!r} is not a message; `{{id}}` stands for any id: did you mean {nearest!r}?"
    said = f"{method} {path}".lower()[:200]
    names = {name.lower(): name for each in EXCHANGES for name in (each.name, f"{each.method} {each.path}")}
    same_method = [name for name in names if name.startswith(f"{method.lower()} ")]
    for known in (same_method, list(names)):
        if near := difflib.get_close_matches(said, known, n=1, cutoff=0.7):
            return f"{text!r} is not a message that any participant gets; did you mean {names[near[0]]!r}?"
    return f"{text!r} is not a message that any participant gets; it can be one such as {EXAMPLES}"


def _titles(participants: Iterable[str]) -> str:
    return _one_of(PARTICIPANTS[name] for name in participants)


def _one_of(words: Iterable[str]) -> str:
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} or {last}" if first else last

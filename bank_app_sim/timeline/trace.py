"""The trace: every message between the participants, in order. It is the evidence of what a journey did."""

import collections
import contextlib
import contextvars
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Self

import attrs

from impact_sdk import Clock

from .moments import moment, timestamp
from .turns import BRANCH

# The participants, in the order of the diagrams.
PARTICIPANTS = {
    "bank_app": "Bank App",
    "sdk": "Impact Finance SDK",
    "des": "DES Backend",
    "bank_backend": "Bank Backend",
}

# The user on whose phone a task began. Messages that answer its messages belong to the same user.
_USER: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="")

# The label of the message that a dying process sends to itself.
DIES = "process dies"

Kind = Literal["call", "return", "request", "response"]

# A served sandbox runs for weeks, and nobody there needs the messages of last Monday.
KEPT_WHEN_SERVED = 5_000


@attrs.frozen(kw_only=True)
class Message:
    """One message from one participant to another.

    Attributes:
        n: Its place in the order, from 1.
        at: When it was sent, by the clock of the simulation.
        label: What it says, in the words of the sequence diagrams.
        kind: A `call` within the bank's app and its `return`, or an HTTP `request` and its `response`.
        detail: What it carried: method, path, status, body. Never a token or a secret.
        user: The user whose phone sent it, received it or caused it; empty for what the bank and DES do by themselves.
        branch: The branch of a `meanwhile` that caused it, after the branches around it; empty outside of them.
    """

    n: int
    at: datetime
    sender: str
    receiver: str
    label: str
    kind: Kind
    detail: Mapping[str, Any]
    user: str = ""
    branch: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "at": timestamp(self.at),
            "from": self.sender,
            "to": self.receiver,
            "label": self.label,
            "kind": self.kind,
            "detail": dict(self.detail),
            "user": self.user,
            "branch": self.branch,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The opposite of `as_json()`.

        Raises:
            KeyError, TypeError, ValueError: The values are not those of a message.
        """
        for participant in (values["from"], values["to"]):
            if participant not in PARTICIPANTS:
                raise ValueError(f"{participant!r} is none of the participants: {', '.join(PARTICIPANTS)}")
        return cls(
            n=int(values["n"]),
            at=moment(values["at"]),
            sender=values["from"],
            receiver=values["to"],
            label=str(values["label"]),
            kind=values["kind"],
            detail=dict(values["detail"]),
            user=str(values.get("user", "")),
            branch=str(values.get("branch", "")),
        )


def user() -> str:
    """The user on whose phone this task began; empty if there is none."""
    return _USER.get()


def branch_within(branch: str, other: str) -> bool:
    """Whether a branch is the other one or within it. Every branch is within the empty one."""
    return not other or branch == other or branch.startswith(f"{other} / ")


@contextlib.contextmanager
def of_user(customer: str) -> Iterator[None]:
    """Messages that are sent inside the block belong to this user's phone."""
    token = _USER.set(customer)
    try:
        yield
    finally:
        _USER.reset(token)


class Trace:
    """The messages of one world, in the order in which they are sent.

    The caller leaves tokens and secrets out of a message; the trace does not remove them.

    Args:
        keep: How many of the latest messages are kept; all of them when left out.
    """

    def __init__(self, clock: Clock, *, keep: int | None = None) -> None:
        self._clock = clock
        self._messages: collections.deque[Message] = collections.deque(maxlen=keep)
        self._numbers = itertools.count(1)
        self._listeners: list[Callable[[Message], None]] = []
        self._is_stopped = False

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._messages))

    def __len__(self) -> int:
        return len(self._messages)

    def stop(self) -> None:
        """Record nothing more: the journey is over, and looking at its end leaves no trace."""
        self._is_stopped = True

    def record(
        self, sender: str, receiver: str, label: str, *, kind: Kind, detail: Mapping[str, Any] | None = None
    ) -> None:
        if self._is_stopped:
            return
        message = Message(
            n=next(self._numbers),
            at=self._clock.now(),
            sender=sender,
            receiver=receiver,
            label=label,
            kind=kind,
            detail=detail or {},
            user=_USER.get(),
            branch=BRANCH.get(),
        )
        self._messages.append(message)
        for listener in self._listeners:
            listener(message)

    def listen(self, listener: Callable[[Message], None]) -> None:
        """From now on call `listener` with each message, as soon as it is recorded."""
        self._listeners.append(listener)

    def as_json(self) -> list[dict[str, Any]]:
        """The messages as plain JSON values."""
        return [message.as_json() for message in self]

    def mermaid(self) -> str:
        """The trace as the source of a Mermaid `sequenceDiagram`."""
        return mermaid(self)


def folded(messages: Iterable[Message]) -> list[tuple[Message, int]]:
    """The messages, each with the number of times that its exchange was repeated.

    A bank that polls sends the same request and gets the same answer for days. Of equal exchanges in a row, only the
    first one is returned.
    """
    messages = list(messages)
    folded: list[tuple[Message, int]] = []
    position = 0
    while position < len(messages):
        exchange = messages[position : position + 2]
        times = 1
        while _alike(exchange, messages[position + 2 * times : position + 2 * times + 2]):
            times += 1
        kept = exchange if times > 1 else exchange[:1]
        folded += [(message, times) for message in kept]
        position += times * len(kept)
    return folded


def mermaid(messages: Iterable[Message]) -> str:
    """Messages as the source of a Mermaid `sequenceDiagram`."""
    lines = ["sequenceDiagram"]
    lines += [f"    participant {name} as {title}" for name, title in PARTICIPANTS.items()]
    for message, times in folded(messages):
        arrow = "->>" if message.kind in ("call", "request") else "-->>"
        label = message.label + (f" (x{times})" if times > 1 else "")
        lines.append(f"    {message.sender} {arrow} {message.receiver}: {_in_mermaid(label)}")
    return "\n".join(lines) + "\n"


def _in_mermaid(label: str) -> str:
    """On one line, and without the two characters that end a statement in Mermaid."""
    return " ".join(label.replace(";", ",").replace("#", "").split())


def _alike(exchange: Sequence[Message], other: Sequence[Message]) -> bool:
    is_exchange = len(exchange) == 2 and exchange[0].kind == "request"
    return is_exchange and list(map(said, exchange)) == list(map(said, other))


def said(message: Message) -> tuple[object, ...]:
    """Everything that a message says, except the time: equal for polls that find nothing new."""
    what = {name: value for name, value in message.detail.items() if name != "request_id"}
    return (message.sender, message.receiver, message.label, message.kind, what)

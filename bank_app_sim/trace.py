"""Every message between the participants, in order: what a journey did, and the evidence that it did."""

import collections
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from .clock import Clock, timestamp

# The participants, in the order in which they stand in a drawing.
PARTICIPANTS = {
    "bank_app": "Bank App",
    "sdk": "Impact Finance SDK",
    "des": "DES Backend",
    "bank_backend": "Bank Backend",
}

Kind = Literal["call", "return", "request", "response"]

# A served sandbox runs for weeks; it keeps the latest messages only.
MESSAGES_KEPT = 20_000


@attrs.frozen(kw_only=True)
class Message:
    """One message from one participant to another.

    Attributes:
        n: Its place in the order, from 1.
        at: When it was sent, by the clock of the simulation.
        label: What it says, in the words of the sequence diagrams.
        kind: A `call` within the bank's app and its `return`, or an HTTP `request` and its `response`.
        detail: What it carried: method, path, status, body. Never a token or a secret.
    """

    n: int
    at: datetime
    sender: str
    receiver: str
    label: str
    kind: Kind
    detail: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "at": timestamp(self.at),
            "from": self.sender,
            "to": self.receiver,
            "label": self.label,
            "kind": self.kind,
            "detail": dict(self.detail),
        }


class Trace:
    """The messages of one world, as they are sent.

    Whoever records a message leaves tokens and secrets out of it; nothing is taken out afterwards.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._messages: collections.deque[Message] = collections.deque(maxlen=MESSAGES_KEPT)
        self._numbers = itertools.count(1)
        self._listeners: list[Callable[[Message], None]] = []

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._messages))

    def __len__(self) -> int:
        return len(self._messages)

    def record(
        self, sender: str, receiver: str, label: str, *, kind: Kind, detail: Mapping[str, Any] | None = None
    ) -> None:
        message = Message(
            n=next(self._numbers),
            at=self._clock.now(),
            sender=sender,
            receiver=receiver,
            label=label,
            kind=kind,
            detail=detail or {},
        )
        self._messages.append(message)
        for listener in self._listeners:
            listener(message)

    def listen(self, listener: Callable[[Message], None]) -> None:
        """Call `listener` with each message from now on, at the moment it is recorded."""
        self._listeners.append(listener)

    def as_json(self) -> dict[str, Any]:
        """The trace as plain JSON values; `version` changes when the shape does."""
        return {
            "version": 1,
            "participants": PARTICIPANTS,
            "messages": [message.as_json() for message in self],
        }

    def mermaid(self) -> str:
        """The trace as the source of a Mermaid `sequenceDiagram`."""
        lines = ["sequenceDiagram"]
        lines += [f"    participant {name} as {title}" for name, title in PARTICIPANTS.items()]
        for message in self:
            arrow = "->>" if message.kind in ("call", "request") else "-->>"
            label = message.label.replace(";", ",").replace("#", "")
            lines.append(f"    {message.sender} {arrow} {message.receiver}: {label}")
        return "\n".join(lines) + "\n"

"""Faults: what can go wrong with a message on the network, planned before it happens."""

import enum
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

import attrs


class FaultKind(enum.StrEnum):
    """What the network does to a message."""

    LOST = "lost"  # it never arrives
    ANSWER_LOST = "answer lost"  # it arrives, and its answer does not
    DOUBLED = "doubled"  # it arrives twice
    HELD_BACK = "held back"  # it is confirmed at once, and arrives after the next message of its kind
    LATE = "late"  # it arrives after a while
    ANSWERED = "answered"  # somebody on the way answers instead, with an error
    RECEIVER_DIES = "receiver dies"  # it arrives, and the receiver's process dies before it answers

    @property
    def happens(self) -> str:
        """What happens to the message, in a sentence that begins with its name."""
        happens, *_ = _SAID[self]
        return happens

    def labels(self, name: str) -> tuple[str, ...]:
        """What the trace says of it, for a message of this name."""
        _, *labels = _SAID[self]
        return tuple(label.format(name) for label in labels)


# What happens to the message, and how the trace says it; `{}` is the message's name.
_SAID = {
    FaultKind.LOST: ("is lost", "{} is lost"),
    FaultKind.ANSWER_LOST: ("has its answer lost", "the answer to {} is lost"),
    FaultKind.DOUBLED: ("arrives twice", "{} is doubled"),
    FaultKind.HELD_BACK: ("arrives after the next of its kind", "{} is held back", "{} arrives at last"),
    FaultKind.LATE: ("is late", "{} is late"),
    FaultKind.ANSWERED: ("is answered by the network", "{} is stopped on its way"),
    FaultKind.RECEIVER_DIES: ("arrives, and its receiver dies", "the answer to {} is lost"),
}


@attrs.define(kw_only=True)
class Fault:
    """Something that goes wrong with the next messages of a kind.

    Attributes:
        sender: A participant, by its name in the trace; None for any.
        receiver: Likewise.
        what: Method and path, such as `PATCH /transactions/{id}`; None for any.
        times: How many more messages it strikes; None for all that come.
        after: How many messages of this kind pass unharmed before.
        status: The error that is answered, for `ANSWERED`.
        delay: How late the message is, for `LATE`.
        name: A name that the caller chooses, to find the fault among those that have not happened yet.
        struck: How many messages it has struck.
        held_back: How many messages wait for the next one of their kind, for `HELD_BACK`.
    """

    kind: FaultKind = attrs.field(converter=FaultKind)
    sender: str | None = None
    receiver: str | None = None
    what: str | None = None
    times: int | None = 1
    after: int = 0
    status: int = 503
    delay: timedelta = timedelta()
    name: str = ""
    struck: int = attrs.field(default=0, init=False)
    held_back: int = attrs.field(default=0, init=False)

    @property
    def is_over(self) -> bool:
        """It has happened: all of it, or, if it strikes all messages, at least once."""
        return (self.times == 0 or (self.times is None and self.struck > 0)) and self.held_back == 0

    def is_for(self, sender: str, receiver: str, method: str, path: str) -> bool:
        """Whether it is meant for this message, and not used up."""
        return (
            self.times != 0
            and self.sender in (None, sender)
            and self.receiver in (None, receiver)
            and (self.what is None or is_called(self.what, method, path))
        )


def is_called(what: str, method: str, path: str) -> bool:
    """Whether `what` names this method and path: with the version or without, and with `{id}` for any id."""
    wanted_method, _, wanted_path = what.partition(" ")
    pattern = re.escape(wanted_path.strip()).replace(re.escape("{id}"), "[^/]+")
    plain = path if wanted_path.startswith("/v1/") else path.removeprefix("/v1")
    return wanted_method.upper() == method and re.fullmatch(pattern, plain) is not None


@attrs.frozen(kw_only=True)
class Pending:
    """What was asked to go wrong, and has not yet.

    Attributes:
        faults: On the network.
        deaths: Points of its work at which the bank's backend dies.
    """

    faults: Sequence[Fault] = ()
    deaths: Sequence[str] = ()


@attrs.define(eq=False)
class Faults:
    """The faults of a network. Earlier ones strike first."""

    _planned: list[Fault] = attrs.field(factory=list, init=False)

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._planned))

    def __len__(self) -> int:
        return len(self._planned)

    def plan(self, fault: Fault) -> None:
        """Let it strike the next messages that it is meant for."""
        self._planned.append(fault)

    def heal(self) -> None:
        """Forget all faults, also those that have not happened yet."""
        self._planned.clear()

    @property
    def pending(self) -> list[Fault]:
        """Those that have not happened yet, or not wholly."""
        return [fault for fault in self._planned if not fault.is_over]

    def strike(self, sender: str, receiver: str, method: str, path: str) -> Fault | None:
        """The fault that strikes this message, if any does. This uses it up."""
        for fault in self._planned:
            if fault.is_for(sender, receiver, method, path):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.struck += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

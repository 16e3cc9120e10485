"""The faults that a journey has asked for, and those of them that never happened.

A journey about a fault that never happened would pass for the wrong reason. So it fails, unless its step allows that.
"""

import itertools
from collections.abc import Iterator
from contextvars import ContextVar

import attrs

from ...simulation.faults import Fault, Pending
from ..results import Failure

# The place of the current step among the results; None in Python, where steps have no place.
UNDER_WAY: ContextVar[int | None] = ContextVar("under_way", default=None)

WAY_OUT = (
    "is there such a message after this step, and from whom? write `times: all` for as many as there are; if there "
    "may be none, write `may not happen: yes`; `the network is well again` takes back what has not happened"
)


@attrs.frozen(kw_only=True)
class Asked:
    """A fault that a step has asked for.

    Attributes:
        what: The fault, as a sentence: `2 times POST /accounts is lost`.
        may_not_happen: It is no failure if it never happens.
        place: As `UNDER_WAY`.
    """

    what: str
    may_not_happen: bool
    place: int | None


@attrs.frozen(kw_only=True)
class Missed:
    """A fault that has not happened, and the step that asked for it (as `UNDER_WAY`)."""

    failure: Failure
    place: int | None


@attrs.define
class Troubles:
    """The faults of one journey.

    Attributes:
        are_lasting: A fault strikes all messages from now on.
    """

    _asked: dict[str, Asked] = attrs.field(factory=dict)
    are_lasting: bool = False
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    def ask(self, fault: Fault, *, may_not_happen: bool) -> Fault:
        """Give the fault a name, by which it is recognized."""
        often = f"{fault.times} times " if fault.times not in (None, 1) else ""
        what = f"{often}{fault.what or 'a message'} {fault.kind.happens}"
        fault.name = str(next(self._numbers))
        self.are_lasting |= fault.times is None
        self._asked[fault.name] = Asked(what=what, may_not_happen=may_not_happen, place=UNDER_WAY.get())
        return fault

    def ask_for_death(self, point: str, *, may_not_happen: bool) -> None:
        """Note that the backend is to die at a point of its work."""
        what = f"the backend dies at {point}"
        self._asked[point] = Asked(what=what, may_not_happen=may_not_happen, place=UNDER_WAY.get())

    def heal(self) -> None:
        """Forget the lasting faults."""
        self.are_lasting = False

    def missed(self, pending: Pending) -> list[Missed]:
        """What was asked for in earnest, and has not gone wrong."""
        found = {fault.name: _found(fault) for fault in pending.faults if self._is_known(fault)}
        found |= {point: "it has not happened" for point in pending.deaths if point in self._asked}
        return [
            Missed(
                failure=Failure(expected=f"{asked.what}, before the journey ends", found=found[name], way_out=WAY_OUT),
                place=asked.place,
            )
            for name, asked in self._asked.items()
            if name in found and not asked.may_not_happen
        ]

    def _is_known(self, fault: Fault) -> bool:
        return fault.name in self._asked


def _found(fault: Fault) -> str:
    if fault.times == 0 or (fault.times is None and fault.struck):
        return "it was held back, and no other came after which it could arrive"
    if fault.struck:
        return f"it has happened {fault.struck} of {fault.struck + (fault.times or 0)} times"
    more = f"; {fault.after} more would have passed unharmed before" if fault.after else ""
    return f"it has not happened{more}"

"""What a journey has asked to go wrong, and what of it has not when the journey ends.

A journey about a fault that never struck would be green for the wrong reason: it fails, unless the step says that this
may be.
"""

import itertools
from collections.abc import Iterator
from contextvars import ContextVar

import attrs

from ...simulation.faults import Fault, Pending
from ..results import Failure

# The place among the results of the step that is being done; None where nobody counts, as in Python.
UNDER_WAY: ContextVar[int | None] = ContextVar("under_way", default=None)

WAY_OUT = (
    "is there such a message after this step, and from whom? write `times: all` for as many as there are; if there "
    "may be none, write `may not happen: yes`; `the network is well again` takes back what has not happened"
)


@attrs.frozen(kw_only=True)
class Asked:
    """Something that was asked to go wrong.

    Attributes:
        what: It, as a sentence: `2 times POST /accounts is lost`.
        may_not_happen: Nobody is to be told when it does not.
        place: As `UNDER_WAY`.
    """

    what: str
    may_not_happen: bool
    place: int | None


@attrs.frozen(kw_only=True)
class Missed:
    """What has not gone wrong, and where it was asked for (as `UNDER_WAY`)."""

    failure: Failure
    place: int | None


@attrs.define
class Troubles:
    """All that one journey has asked for.

    Attributes:
        are_lasting: Something is to go wrong with all messages that come.
    """

    _asked: dict[str, Asked] = attrs.field(factory=dict)
    are_lasting: bool = False
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    def ask(self, fault: Fault, *, may_not_happen: bool) -> Fault:
        """The fault with a name, by which it is known again."""
        often = f"{fault.times} times " if fault.times not in (None, 1) else ""
        what = f"{often}{fault.what or 'a message'} {fault.kind.happens}"
        fault.name = str(next(self._numbers))
        self.are_lasting |= fault.times is None
        self._asked[fault.name] = Asked(what=what, may_not_happen=may_not_happen, place=UNDER_WAY.get())
        return fault

    def ask_for_death(self, point: str, *, may_not_happen: bool) -> None:
        """The backend is to die at a point of its work."""
        what = f"the backend dies at {point}"
        self._asked[point] = Asked(what=what, may_not_happen=may_not_happen, place=UNDER_WAY.get())

    def heal(self) -> None:
        """Nothing goes wrong any more."""
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

"""What users and the bank are told to do from now on, and what of it has come to nothing when the journey ends.

A journey about a user who says no, and is never asked, would be green for the wrong reason: it fails, unless the step
says that this may be.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ..results import Failure
from .troubles import UNDER_WAY, Missed

# The bank's orders for accounts, by their ids, as a state has them.
Orders = Mapping[str, Mapping[str, Any]]

ASKED_WAY_OUT = "is there a question after this step, and to whom? if there may be none, write `may do nothing: yes`"
DECIDED_WAY_OUT = (
    "is there an order for an account after this step, and time for the decision? if there may be none, write "
    "`may do nothing: yes`"
)

REFUSED = ("REFUSED", "REFUSAL_REPORTED")
UNDECIDED = ("ORDERED", *REFUSED)


@attrs.define(kw_only=True)
class Saying:
    """Something that holds from a step on.

    Attributes:
        what: It, as a sentence.
        times: How often it has to come to something; `left` is how often it has not yet.
        may_do_nothing: Nobody is to be told when it comes to nothing.
        place: As `UNDER_WAY`.
    """

    what: str
    times: int = 1
    may_do_nothing: bool
    way_out: str
    left: int = attrs.field(init=False)
    place: int | None = attrs.field(factory=UNDER_WAY.get)

    def __attrs_post_init__(self) -> None:
        self.left = self.times

    def comes_to_something(self) -> None:
        """Once more."""
        self.left = max(0, self.left - 1)

    @property
    def missed(self) -> Missed | None:
        """That it has come to nothing, or not to all that it says."""
        if self.left == 0 or self.may_do_nothing:
            return None
        often = (
            f"happened {self.times - self.left} of {self.times} times" if self.left < self.times else "never happened"
        )
        return Missed(
            failure=Failure(expected=self.what, found=f"it has {often}", way_out=self.way_out),
            place=self.place,
        )


def of_user(what: str, *, times: int = 1, may_do_nothing: bool) -> Saying:
    """How a user answers from now on, so many times at least."""
    return Saying(what=what, times=times, may_do_nothing=may_do_nothing, way_out=ASKED_WAY_OUT)


@attrs.define(kw_only=True)
class Decision:
    """How the bank decides from now on.

    Attributes:
        before: The orders that there were.
        has_come: Whether it has come to something, by the orders before and now.
    """

    saying: Saying
    before: Orders
    has_come: Callable[[Orders, Orders], bool]

    def look(self, now: Orders) -> None:
        """See whether it has come to something by now."""
        if self.saying.left and self.has_come(self.before, now):
            self.saying.comes_to_something()


def is_ordered(before: Orders, now: Orders) -> bool:
    """There is another order."""
    return bool(now.keys() - before.keys())


def is_refused(customer: str, before: Orders, now: Orders) -> bool:
    """An order of somebody has been refused meanwhile."""
    return any(
        order["customer"] == customer and order["state"] in REFUSED and before.get(key, {}).get("state") not in REFUSED
        for key, order in now.items()
    )


def is_approved(before: Orders, now: Orders) -> bool:
    """An order has been approved meanwhile."""
    return any(
        order["state"] not in UNDECIDED and before.get(key, {"state": "ORDERED"})["state"] in UNDECIDED
        for key, order in now.items()
    )


@attrs.define
class Sayings:
    """Those of one journey."""

    _all: list[Saying] = attrs.field(factory=list)
    _decisions: dict[str, Decision] = attrs.field(factory=dict)

    def add(self, saying: Saying) -> Saying:
        self._all.append(saying)
        return saying

    def decide(self, about: str, decision: Decision) -> None:
        """How the bank decides about something; what was said of it before has had its time."""
        if about in self._decisions:
            self._decisions[about].look(decision.before)
        self.add(decision.saying)
        self._decisions[about] = decision

    def missed(self, orders: Orders) -> list[Missed]:
        """What was said in earnest, and has come to nothing by now.

        Args:
            orders: The bank's, as they are now.
        """
        for decision in self._decisions.values():
            decision.look(orders)
        return [missed for each in self._all if (missed := each.missed) is not None]

"""What users and the bank are told to do from now on, and what of it never happened.

A journey about a user who says no but is never asked would pass for the wrong reason. So it fails, unless its step
allows that.
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
    """Something that a step has announced.

    Attributes:
        what: The announcement, as a sentence.
        times: How often it has to happen; `left` is how often it has not happened yet.
        may_do_nothing: It is no failure if it never happens.
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
        """It has happened once more."""
        self.left = max(0, self.left - 1)

    @property
    def missed(self) -> Missed | None:
        """The failure, if it has not happened as often as announced."""
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
    """The announcement of how a user answers, at least so many times."""
    return Saying(what=what, times=times, may_do_nothing=may_do_nothing, way_out=ASKED_WAY_OUT)


@attrs.define(kw_only=True)
class Decision:
    """The announcement of how the bank decides.

    Attributes:
        before: The orders at that time.
        has_come: Whether it has happened, by the orders before and now.
    """

    saying: Saying
    before: Orders
    has_come: Callable[[Orders, Orders], bool]

    def look(self, now: Orders) -> None:
        """Check whether it has happened by now."""
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
    """The announcements of one journey."""

    _all: list[Saying] = attrs.field(factory=list)
    _decisions: dict[str, Decision] = attrs.field(factory=dict)

    def add(self, saying: Saying) -> Saying:
        self._all.append(saying)
        return saying

    def decide(self, about: str, decision: Decision) -> None:
        """Note how the bank decides about something. This ends the announcement before it."""
        if about in self._decisions:
            self._decisions[about].look(decision.before)
        self.add(decision.saying)
        self._decisions[about] = decision

    def missed(self, orders: Orders) -> list[Missed]:
        """The announcements that have not happened by now.

        Args:
            orders: The bank's, as they are now.
        """
        for decision in self._decisions.values():
            decision.look(orders)
        return [missed for each in self._all if (missed := each.missed) is not None]

"""Time and turns of a world that is somewhere else, for those on this side who wait for them."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..clock import SimulatedClock, moment, timestamp
from ..traffic import Traffic
from ..turns import Turns
from .crossing import InFlight

# Has the sandbox do what a body for `POST …/clock` says; the `clock` of its answer.
Go = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class RemoteTurns(Turns):
    """Turns that are drawn at the sandbox, where most of those are that wait for one."""

    def __init__(self) -> None:
        super().__init__(random.Random(0))  # nothing is drawn here

    @property
    def taken_now(self) -> bool:
        return self._takers > 0

    def give(self) -> bool:
        """Nobody is let go from here: the clock asks the sandbox when it goes on."""
        return False

    def waiting(self) -> list[list[str]]:
        """Who waits on this side, in the order in which they came: branch and name."""
        return [waiting[0].split(":", 1) for waiting in self._in_order()]

    def let_go(self, place: int) -> None:
        """It is the turn of the one at this place of `waiting()`."""
        drawn = self._in_order()[place]
        self._waiting.remove(drawn)
        drawn[2].set()

    def _in_order(self) -> Sequence[Any]:
        return sorted(self._waiting, key=lambda waiting: waiting[1])


class RemoteClock(SimulatedClock):
    """The clock of a world at a sandbox. It goes on here and there together.

    It needs an event loop of its own, as any simulated clock does.

    Args:
        go: The sandbox's own clock.
    """

    def __init__(self, start: datetime, *, traffic: Traffic, in_flight: InFlight, turns: RemoteTurns, go: Go) -> None:
        super().__init__(start, traffic=traffic)
        self._in_flight = in_flight
        self._turns = turns
        self._go = go

    async def _wake_next(self, until: datetime | None) -> bool:
        """As far as to the next moment that somebody here or there waits for: what is due there is done first.

        It does not get that far where something concerns this side before: an answer, or a turn.
        """
        due = self.next_due
        to = min((each for each in (due, until) if each is not None), default=None)
        gone = await self._gone(to)
        self._move(moment(gone["now"]))
        if gone["turn"] is not None:
            self._turns.let_go(gone["turn"])
        await self._in_flight.landed(gone["answered"])
        if gone["turn"] is not None or gone["answered"]:
            return True
        if due is not None and due <= self._now:
            self._wake_first()
            return True
        return to is None and not gone["is_idle"]

    async def _gone(self, to: datetime | None) -> Mapping[str, Any]:
        return await self._go(
            {
                "to": None if to is None else timestamp(to),
                "in_flight": sorted(self._in_flight.now),
                "last": self._in_flight.last,
                "turns": self._turns.taken_now,
                "waiting": self._turns.waiting(),
            }
        )

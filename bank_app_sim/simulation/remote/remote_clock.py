"""Time and turns of a world that is somewhere else, for those on this side who wait for them."""

import heapq
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...timeline.clock import SimulatedClock, moment, timestamp
from ...timeline.traffic import Traffic
from ...timeline.turns import Turns
from .crossing import InFlight

# Has the sandbox do what a body for `POST …/clock` says; the `clock` of its answer.
Go = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class RemoteTurns(Turns):
    """Turns that are drawn at the sandbox, where most of those are that wait for one."""

    def __init__(self) -> None:
        super().__init__(random.Random(0))  # nothing is drawn here

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

    @property
    def next_due(self) -> None:
        """Not known here: most of those who wait for a moment do so at the sandbox."""
        return None

    def be_at_least(self, at: datetime) -> None:
        """There it is that late already."""
        self._move(at)

    async def _wake_next(self, until: datetime | None) -> bool:
        """Go on, here and there, until something concerns this side: a moment has come, an answer, or a turn."""
        gone = await self._go(self._going(until))
        self._move(moment(gone["now"]))
        for number in gone["woken"]:
            self._wake(number)
        if gone["turn"] is not None:
            self._turns.let_go(gone["turn"])
        await self._in_flight.landed(gone["answered"])
        concerns_us = bool(gone["woken"] or gone["answered"]) or gone["turn"] is not None
        return concerns_us or (until is None and not gone["is_idle"])

    def _going(self, until: datetime | None) -> Mapping[str, Any]:
        return {
            "to": None if until is None else timestamp(until),
            "sleepers": [[number, timestamp(due)] for due, number, _ in self._sleepers],
            "in_flight": sorted(self._in_flight.now),
            "last": self._in_flight.last,
            "turns": self._turns.are_taken,
            "waiting": self._turns.waiting(),
        }

    def _wake(self, number: int) -> None:
        [sleeper] = [each for each in self._sleepers if each[1] == number]
        self._sleepers.remove(sleeper)
        heapq.heapify(self._sleepers)
        sleeper[2].set()

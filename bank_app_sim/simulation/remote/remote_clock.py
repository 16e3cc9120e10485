"""Lets time pass in a world that is somewhere else, there and on this side together."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ...timeline.clock import moment, timestamp
from ...timeline.sleepers import Sleepers
from ...timeline.turns import Turns
from .crossing import InFlight

# Sends a body to `POST …/clock` of the sandbox; returns the `clock` of its answer.
Go = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@attrs.frozen(kw_only=True)
class RemoteAhead:
    """What the clock on this side goes on to: what happens next in a world at a sandbox.

    Attributes:
        sleepers: Those who wait on this side.
        turns: Those on this side who wait for a turn. The sandbox draws who goes next.
        next_due: Not known here: most of those who wait for a moment do so at the sandbox.
    """

    sleepers: Sleepers
    in_flight: InFlight
    turns: Turns
    go: Go
    next_due: None = attrs.field(default=None, init=False)

    async def go_on(self, until: datetime | None, *, be_at: Callable[[datetime], None]) -> bool:
        """Go on, here and there, until something concerns this side: a moment has come, an answer, or a turn."""
        gone = await self.go(self._going(until))
        be_at(moment(gone["now"]))
        for number in gone["woken"]:
            self.sleepers.wake(number)
        if gone["turn"] is not None:
            self.turns.let_go(gone["turn"])
        await self.in_flight.landed(gone["answered"])
        concerns_us = bool(gone["woken"] or gone["answered"]) or gone["turn"] is not None
        return concerns_us or (until is None and not gone["is_idle"])

    def _going(self, until: datetime | None) -> Mapping[str, Any]:
        return {
            "to": None if until is None else timestamp(until),
            "sleepers": [[each.number, timestamp(each.due)] for each in self.sleepers],
            "in_flight": sorted(self.in_flight.now),
            "last": self.in_flight.last,
            "turns": self.turns.are_taken,
            "waiting": [[waiting.branch, waiting.name] for waiting in self.turns.waiting],
        }

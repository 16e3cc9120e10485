"""The tasks that wait for a moment of simulated time."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import anyio


class Sleeper(NamedTuple):
    """A task that waits.

    Attributes:
        number: Grows: of two that wait for the same moment, the lower number began to wait first.
        event: Wakes the task when it is set.
    """

    due: datetime
    number: int
    event: anyio.Event


class Sleepers:
    """Those who wait, in the order in which they are due. Iterating gives them in no order."""

    def __init__(self) -> None:
        self._heap: list[Sleeper] = []
        self._numbers = itertools.count()

    def __iter__(self) -> Iterator[Sleeper]:
        return iter(self._heap)

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment that anybody waits for."""
        return self._heap[0].due if self._heap else None

    async def wait(self, event: anyio.Event, *, until: datetime) -> None:
        """Return when the event is set: by somebody else, or because the moment has come."""
        sleeper = Sleeper(until, next(self._numbers), event)
        heapq.heappush(self._heap, sleeper)
        try:
            await event.wait()
        finally:
            if sleeper in self._heap:  # cancelled, or woken by somebody else
                self._remove(sleeper)

    async def go_on(self, until: datetime | None, *, be_at: Callable[[datetime], None]) -> bool:
        """Wake the next one, at their moment; False if nobody is due by then.

        Args:
            be_at: Sets the clock to a moment.
        """
        if self.next_due is None or (until is not None and self.next_due > until):
            return False
        sleeper = heapq.heappop(self._heap)
        be_at(sleeper.due)
        sleeper.event.set()
        return True

    def wake(self, number: int) -> None:
        """Wake the one with this number."""
        [sleeper] = [each for each in self._heap if each.number == number]
        self._remove(sleeper)
        sleeper.event.set()

    def _remove(self, sleeper: Sleeper) -> None:
        self._heap.remove(sleeper)
        heapq.heapify(self._heap)

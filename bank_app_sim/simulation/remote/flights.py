"""Requests that a player has on their way: a clock may only go on when both sides agree on where they are."""

import contextlib
from collections.abc import Iterator, Set

import anyio

# A request that has not arrived by then never will: its connection broke on the way here.
ARRIVES_WITHIN_SECONDS = 5


class Flights:
    """What has arrived here of the requests that somebody outside counts, and what was answered.

    Each has a number, higher than all before.
    """

    def __init__(self) -> None:
        self._last = 0  # of those that the player has spoken of
        self._expected: Set[int] = frozenset()
        self._under_way: dict[int, anyio.CancelScope] = {}
        self._answered: set[int] = set()
        self._news = anyio.Event()

    @contextlib.contextmanager
    def arrival(self, number: int | None) -> Iterator[None]:
        """One of them is here, and is answered when the block ends; which it does at once when its sender is gone.

        Args:
            number: None for a request that nobody counts.
        """
        with anyio.CancelScope() as scope:
            if number is None:
                yield
                return
            if number <= self._last and number not in self._expected:
                scope.cancel()
            self._under_way[number] = scope
            self._tell()
            try:
                yield
            finally:
                del self._under_way[number]
                self._answered.add(number)
                self._tell()

    def expect(self, in_flight: Set[int], *, last: int) -> None:
        """The player waits for these and no others; `last` is the highest number there is so far."""
        self._last, self._expected = last, in_flight
        self._answered &= in_flight
        for number, scope in self._under_way.items():
            if number <= last and number not in in_flight:
                scope.cancel()

    async def arrived(self) -> None:
        """Return when all that are expected are here, or were."""
        with anyio.move_on_after(ARRIVES_WITHIN_SECONDS):
            while self._expected - self._under_way.keys() - self._answered:
                await self._news.wait()

    @property
    def landed(self) -> Set[int]:
        """Those of the expected that are not here any more: the player has, or will have, what came of them."""
        return self._expected - self._under_way.keys()

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()

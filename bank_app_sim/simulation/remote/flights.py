"""The requests that a player has on their way: time may pass only while both sides agree on where they are."""

import contextlib
from collections.abc import Iterator, Set

import anyio

# A request that has not arrived by then never will: its connection broke on the way.
ARRIVES_WITHIN_SECONDS = 5


class Flights:
    """Which of a player's requests have arrived here, and which are answered.

    The player numbers its requests. Each number is higher than all before.
    """

    def __init__(self) -> None:
        self._last = 0  # the highest number that the player has named
        self._expected: Set[int] = frozenset()
        self._under_way: dict[int, anyio.CancelScope] = {}
        self._answered: set[int] = set()
        self._news = anyio.Event()

    @contextlib.contextmanager
    def arrival(self, number: int | None) -> Iterator[None]:
        """A request is here, and is answered at the end of the block. If its sender has gone, the block is cancelled.

        Args:
            number: None for a request that the player does not count.
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
        """The player waits for these requests and no others; `last` is its highest number so far."""
        self._last, self._expected = last, in_flight
        self._answered &= in_flight
        for number, scope in self._under_way.items():
            if number <= last and number not in in_flight:
                scope.cancel()

    async def arrived(self) -> None:
        """Return when all expected requests are here, or have been."""
        with anyio.move_on_after(ARRIVES_WITHIN_SECONDS):
            while self._expected - self._under_way.keys() - self._answered:
                await self._news.wait()

    @property
    def landed(self) -> Set[int]:
        """The expected requests that have left: their answers have reached the player, or will."""
        return self._expected - self._under_way.keys()

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()

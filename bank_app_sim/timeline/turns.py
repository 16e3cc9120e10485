"""Who goes next where several are about to act: decided by a seed, and by nothing else."""

import contextlib
import contextvars
import itertools
import random
from collections.abc import Iterator

import anyio

# Which branch of a journey a task belongs to; tasks that it starts belong to it as well.
BRANCH: contextvars.ContextVar[str] = contextvars.ContextVar("branch", default="")


class Turns:
    """Lets those who ask for a turn go one at a time, in an order that is drawn.

    Event loops have orders of their own, and trio a new one each time. Who waits here is known by its name, so that the
    draw is the same on all of them.

    Args:
        source: Where the draw comes from.
    """

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._waiting: list[tuple[str, int, anyio.Event]] = []
        self._arrivals = itertools.count()
        self._takers = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Turns are taken as long as the block lasts; without one nobody waits for anybody."""
        self._takers += 1
        try:
            yield
        finally:
            self._takers -= 1
            if not self._takers:
                self._let_all_go()

    @property
    def are_taken(self) -> bool:
        """Whether anybody waits for a turn at all."""
        return self._takers > 0

    async def take(self, name: str) -> None:
        """Return when it is this one's turn.

        Args:
            name: Who it is; the branch of the journey is added.
        """
        if not self._takers:
            return
        waiting = (f"{BRANCH.get()}:{name}", next(self._arrivals), anyio.Event())
        self._waiting.append(waiting)
        try:
            await waiting[2].wait()
        finally:
            if waiting in self._waiting:  # cancelled
                self._waiting.remove(waiting)

    def give(self) -> bool:
        """Let one of those who wait go; False where nobody waits. To be called when everything is quiet."""
        if not self._waiting:
            return False
        # Equal names are of one task, or of tasks that are alike: they go in the order in which they came.
        names = sorted({name for name, _, _ in self._waiting})
        drawn = names[self._source.randrange(len(names))]
        first = min(waiting for waiting in self._waiting if waiting[0] == drawn)
        self._waiting.remove(first)
        first[2].set()
        return True

    def _let_all_go(self) -> None:
        for _, _, event in sorted(self._waiting, key=lambda waiting: waiting[:2]):
            event.set()
        self._waiting.clear()

"""Who goes next if several are about to act: a draw decides, and nothing else."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator, Sequence

import anyio
import attrs

# The branch of a journey that a task belongs to. The tasks that it starts belong to it as well.
BRANCH: contextvars.ContextVar[str] = contextvars.ContextVar("branch", default="")


@attrs.frozen(eq=False)
class Waiting:
    """A task that waits for its turn.

    Attributes:
        name: What it is about to do.
    """

    branch: str
    name: str
    event: anyio.Event = attrs.field(factory=anyio.Event, init=False)

    @property
    def full_name(self) -> str:
        return f"{self.branch}:{self.name}"


def nobody(_names: Sequence[str]) -> None:
    """A draw for turns that are drawn elsewhere, at a sandbox for example."""


class Turns:
    """Lets the tasks that ask for a turn go one at a time, in an order that is drawn.

    Each event loop orders its tasks in its own way, and trio differently each time. Tasks that wait here have names, so
    that the draw is the same on all loops.

    Args:
        draw: Chooses one of the names that wait, in alphabetical order; or None, and nobody goes.

    Attributes:
        waiting: Those who wait, in the order in which they came.
    """

    def __init__(self, draw: Callable[[Sequence[str]], str | None]) -> None:
        self._draw = draw
        self.waiting: list[Waiting] = []
        self._takers = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Inside the block turns are taken. Outside of every such block nobody waits."""
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
        """Return when it is this task's turn.

        Args:
            name: What it is about to do. The branch of the journey is added.
        """
        if not self._takers:
            return
        waiting = Waiting(BRANCH.get(), name)
        self.waiting.append(waiting)
        try:
            await waiting.event.wait()
        finally:
            if waiting in self.waiting:  # cancelled
                self.waiting.remove(waiting)

    def give(self) -> bool:
        """Let one of those who wait go; False if nobody goes. To be called when everything is quiet."""
        names = [each.full_name for each in self.waiting]
        drawn = self._draw(sorted(set(names))) if names else None
        if drawn is None:
            return False
        # Equal names belong to one task, or to tasks that are alike: they go in the order in which they came.
        self.let_go(names.index(drawn))
        return True

    def _let_all_go(self) -> None:
        for waiting in sorted(self.waiting, key=lambda each: each.full_name):
            waiting.event.set()
        self.waiting.clear()

    def let_go(self, place: int) -> None:
        """It is the turn of the one at this place of `waiting`."""
        self.waiting.pop(place).event.set()

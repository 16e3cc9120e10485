"""What is on its way between participants: without it a simulated clock could not know that everything is quiet."""

import contextlib
import contextvars
from collections.abc import Iterator

import anyio

# How many messages a task is in the middle of: to answer one, a server may send another.
_INSIDE: contextvars.ContextVar[int] = contextvars.ContextVar("inside", default=0)


class Traffic:
    """Counts messages on their way.

    Attributes:
        changes: How often anything has changed.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._moving = 0
        self._resting = 0
        self._at_rest = anyio.Event()
        self._at_rest.set()

    @contextlib.contextmanager
    def moving(self) -> Iterator[None]:
        """A message is on its way as long as the block lasts."""
        inside = _INSIDE.get()
        _INSIDE.set(inside + 1)
        self._change(1, 0)
        try:
            yield
        finally:
            self._change(-1, 0)
            _INSIDE.set(inside)

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """What this task is in the middle of stands still as long as the block lasts: time may pass meanwhile."""
        inside = _INSIDE.get()
        _INSIDE.set(0)
        self._change(-inside, inside)
        try:
            yield
        finally:
            self._change(inside, -inside)
            _INSIDE.set(inside)

    async def at_rest(self) -> None:
        """Return when nothing is on its way; or when something rests, because others may wait for that."""
        while self._moving and not self._resting:
            await self._at_rest.wait()

    def _change(self, moving: int, resting: int) -> None:
        self._moving += moving
        self._resting += resting
        self.changes += 1
        if self._resting or not self._moving:
            self._at_rest.set()
        elif self._at_rest.is_set():
            self._at_rest = anyio.Event()

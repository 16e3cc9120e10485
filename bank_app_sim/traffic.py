"""What is on its way between participants: without it a simulated clock could not know that everything is quiet."""

import contextlib
import contextvars
from collections.abc import Iterator

import anyio

# How many messages a task is in the middle of: to answer one, a server may send another.
_INSIDE: contextvars.ContextVar[int] = contextvars.ContextVar("inside", default=0)


class Traffic:
    """Counts messages on their way."""

    def __init__(self) -> None:
        self.count = 0
        self._nothing = anyio.Event()
        self._nothing.set()

    @contextlib.contextmanager
    def moving(self) -> Iterator[None]:
        """A message is on its way as long as the block lasts."""
        inside = _INSIDE.get()
        _INSIDE.set(inside + 1)
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)
            _INSIDE.set(inside)

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """What this task is in the middle of stands still as long as the block lasts: time may pass meanwhile."""
        inside = _INSIDE.get()
        _INSIDE.set(0)
        self._change(-inside)
        try:
            yield
        finally:
            self._change(inside)
            _INSIDE.set(inside)

    async def nothing(self) -> None:
        """Return when nothing is on its way."""
        while self.count:
            await self._nothing.wait()

    def _change(self, by: int) -> None:
        was, self.count = self.count, self.count + by
        if was and not self.count:
            self._nothing.set()
        elif self.count and not was:
            self._nothing = anyio.Event()

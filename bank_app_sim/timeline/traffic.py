"""Counts the messages on their way between participants, so that a simulated clock can see that everything is quiet."""

import contextvars

import anyio
import attrs

# How many messages a task is in the middle of. To answer one, a server may send another.
_INSIDE: contextvars.ContextVar[int] = contextvars.ContextVar("inside", default=0)


class Traffic:
    """Counts messages on their way.

    Attributes:
        changes: How often a count has changed.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._moving = 0
        self._resting = 0
        # Set when nothing is on its way any more.
        self._at_rest: anyio.Event | None = None

    def moving(self) -> "_Moving":
        """A message is on its way until the end of the block."""
        return _Moving(self)

    def resting(self) -> "_Resting":
        """The messages that this task is in the middle of stand still until the end of the block: time may pass."""
        return _Resting(self)

    def note(self) -> None:
        """Something has happened at once: a clock that checks whether everything is quiet has to check again."""
        self.changes += 1

    async def at_rest(self) -> None:
        """Return when nothing is on its way, or when something rests: then others may wait for that."""
        while self._moving and not self._resting:
            if self._at_rest is None:
                self._at_rest = anyio.Event()
            await self._at_rest.wait()

    def change(self, moving: int, resting: int) -> None:
        self._moving += moving
        self._resting += resting
        self.changes += 1
        if self._at_rest is not None and (self._resting or not self._moving):
            self._at_rest.set()
            self._at_rest = None


# Classes, because generators are slower: every message and every look into a database goes through one of them.
@attrs.define(eq=False)
class _Moving:
    _traffic: Traffic
    _inside: int = attrs.field(default=0, init=False)

    def __enter__(self) -> None:
        self._inside = _INSIDE.get()
        _INSIDE.set(self._inside + 1)
        self._traffic.change(1, 0)

    def __exit__(self, *_error: object) -> None:
        self._traffic.change(-1, 0)
        _INSIDE.set(self._inside)


@attrs.define(eq=False)
class _Resting:
    _traffic: Traffic
    _inside: int = attrs.field(default=0, init=False)

    def __enter__(self) -> None:
        self._inside = _INSIDE.get()
        if self._inside:
            _INSIDE.set(0)
            self._traffic.change(-self._inside, self._inside)

    def __exit__(self, *_error: object) -> None:
        if self._inside:
            self._traffic.change(self._inside, -self._inside)
            _INSIDE.set(self._inside)

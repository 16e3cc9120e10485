"""Processes that die where a test wants them to."""

import attrs


class Crashed(BaseException):
    """What `kill -9` is to a process: nothing in it handles this."""


@attrs.define
class DyingAt:
    """Dies at each of these points, once: the next process gets past it."""

    points: set[str]
    seen: set[str] = attrs.field(factory=set)

    def __call__(self, point: str) -> None:
        self.seen.add(point)
        if point in self.points:
            self.points.remove(point)
            raise Crashed(point)

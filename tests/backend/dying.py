"""Processes that die at a point of a test's choice."""

import attrs


class Crashed(BaseException):
    """Kills the process like `kill -9`: no code handles it."""


@attrs.define
class DyingAt:
    """Dies once at each of these points: the next process gets past it."""

    points: set[str]
    seen: set[str] = attrs.field(factory=set)

    def __call__(self, point: str) -> None:
        self.seen.add(point)
        if point in self.points:
            self.points.remove(point)
            raise Crashed(point)

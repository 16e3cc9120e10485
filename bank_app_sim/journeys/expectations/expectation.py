"""What every kind of expectation can do: it is read like a value, and compared with what is there."""

import abc
from typing import Generic, TypeVar

from ..vocabulary.kinds import Kind

E = TypeVar("E")
F = TypeVar("F")


class Expectation(Kind[E], Generic[E, F]):
    """A kind of expectation."""

    @abc.abstractmethod
    def difference(self, expected: E, found: F) -> str | None:
        """What was found instead; None if it is as expected."""

"""How a function becomes something that a script can expect."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from ..text.mistakes import one_of
from .expectation import Expectation
from .look import Look

E = TypeVar("E")
F = TypeVar("F")


@attrs.frozen(kw_only=True)
class Observable:
    """Something that a script can expect.

    Attributes:
        name: What scripts call it.
        doc: What it is, in a sentence.
        kind: How an expectation is written, and compared with what is there.
        read: Reads what is there.
        of_everybody: A script cannot expect it of one user.
        of_dreams: By name it is about Dreams that exist, or have existed. Another name is not a Dream with nothing.
    """

    name: str
    doc: str
    kind: Expectation[Any, Any]
    read: Callable[[Look], Any]
    of_everybody: bool
    of_dreams: bool

    def difference(self, expected: object, look: Look) -> str | None:
        """What was found instead; None if it is as expected."""
        if self.of_dreams and isinstance(expected, Mapping):
            there = look.dreams_so_far
            if missing := [name for name in expected if name not in there]:
                return f"no Dream {missing[0]!r} so far; there is {one_of(sorted(there)) if there else 'none'}"
        return self.kind.difference(expected, self.read(look))


OBSERVABLES: dict[str, Observable] = {}


def observable(
    name: str, kind: Expectation[E, F], *, of_everybody: bool = False, of_dreams: bool = False
) -> Callable[[Callable[[Look], F]], Callable[[Look], F]]:
    """Make a function something that a script can expect.

    Args:
        name: As `Observable.name`; so are the others.
    """

    def named(read: Callable[[Look], F]) -> Callable[[Look], F]:
        OBSERVABLES[name] = Observable(
            name=name,
            doc=inspect.getdoc(read) or "",
            kind=kind,
            read=read,
            of_everybody=of_everybody,
            of_dreams=of_dreams,
        )
        return read

    return named


def of_everybody(name: str) -> str:
    """The sentence for what cannot be expected of one user."""
    return f"`{name}` is everybody's, and `of` looks at one user; expect it in a step of its own, without `of`"

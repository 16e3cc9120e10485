"""Values and texts that are expected: the same value, the same for each user, texts in order or among others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from ..text.nodes import Node
from ..vocabulary.kinds import Kind, Ref, Schema, Text, items_of
from ..vocabulary.name_kinds import LookedUpName
from .expectation import Expectation

T = TypeVar("T")
F = TypeVar("F")


@attrs.frozen
class Same(Expectation[T, F], Generic[T, F]):
    """A value that is so, or not.

    Args:
        shown: Writes a value for a message.
    """

    kind: Kind[T]
    shown: Callable[[T], str]

    @property
    def title(self) -> str:
        return f"expected {self.kind.title}"

    def read(self, node: Node) -> T:
        return self.kind.read(node)

    def schema(self, ref: Ref) -> Schema:
        return ref(self.kind)


@attrs.frozen
class SameForEach(Same[T, Mapping[str, T]]):
    """The value is the same for every user.

    Args:
        nobody: What to say if there is no user at all.
    """

    nobody: str = attrs.field(kw_only=True)

    def difference(self, expected: T, found: Mapping[str, T]) -> str | None:
        if not found:
            return self.nobody
        if all(value == expected for value in found.values()):
            return None
        if len(found) == 1:
            return self.shown(*found.values())
        return ", ".join(f"{whose}: {self.shown(value)}" for whose, value in found.items())


@attrs.frozen
class Agreement(Same[bool, Sequence[str]]):
    """Whether two sides agree; what was found are the disagreements."""

    def difference(self, expected: bool, found: Sequence[str]) -> str | None:
        if expected:
            return "; ".join(found) or None
        return None if found else self.shown(True)


_TEXT = Text("a text that is there", str)


@attrs.frozen
class InOrder(Expectation[tuple[str, ...], Sequence[str]]):
    """Texts in this order; others may come between them.

    Args:
        names: The kind of the texts, if they are names that something has got.
    """

    names: LookedUpName | None = None

    @property
    def title(self) -> str:
        return "texts in order"

    def read(self, node: Node) -> tuple[str, ...]:
        return tuple(_TEXT.read(item) for item in items_of(node))

    def schema(self, ref: Ref) -> Schema:
        return {"anyOf": [ref(_TEXT), {"type": "array", "minItems": 1, "items": ref(_TEXT)}]}

    def difference(self, expected: tuple[str, ...], found: Sequence[str]) -> str | None:
        rest = iter(found)
        for n, text in enumerate(expected):
            if text not in rest:
                after = f" after {expected[n - 1]!r}" if n else ""
                there = ", ".join(dict.fromkeys(found)) or "nothing"
                return f"no {text!r}{after}; there was: {there}"
        return None


@attrs.frozen
class Among(InOrder):
    """Texts that are, in full or as a part, in some of those found."""

    @property
    def title(self) -> str:
        return "texts among others"

    def difference(self, expected: tuple[str, ...], found: Sequence[str]) -> str | None:
        missing = [text for text in expected if not any(text in each for each in found)]
        return f"no {missing[0]!r}; there was: {' | '.join(found) or 'nothing'}" if missing else None

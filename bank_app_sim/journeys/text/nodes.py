"""A YAML text as a tree: plain texts, lists and mappings, each with its place in the file."""

from collections.abc import Iterator, Mapping

import attrs

from .mistakes import NOWHERE, Place


@attrs.frozen
class Plain:
    """A single text; empty if nothing was written.

    Attributes:
        is_as_written: It stands in the file letter by letter, from its place on.
        is_quoted: It stands in quotes, or in a block of lines.
        tag: What the author calls its type, such as `tag:yaml.org,2002:int`; None if nothing.
    """

    text: str
    place: Place = NOWHERE
    is_as_written: bool = attrs.field(default=False, eq=False)
    is_quoted: bool = attrs.field(default=False, eq=False)
    tag: str | None = attrs.field(default=None, eq=False)

    def part(self, start: int, end: int) -> "Plain":
        """Some of the text, with its own place if that can be known."""
        place = self.place
        if self.is_as_written:
            place = attrs.evolve(place, column=place.column + start)
        return Plain(self.text[start:end], place, self.is_as_written)


@attrs.frozen
class Listed:
    """A list."""

    items: tuple["Node", ...]
    place: Place = NOWHERE


@attrs.frozen
class Mapped:
    """Names, each with a value."""

    items: tuple[tuple[Plain, "Node"], ...]
    place: Place = NOWHERE

    def __iter__(self) -> Iterator[tuple[Plain, "Node"]]:
        return iter(self.items)


Node = Plain | Listed | Mapped


def is_empty(node: Node) -> bool:
    """Whether nothing was written there."""
    return isinstance(node, Plain) and not node.text


def node_of(value: object) -> Node:
    """The node that a Python value would be in a script."""
    if isinstance(value, Mapping):
        return Mapped(tuple((Plain(str(name)), node_of(each)) for name, each in value.items()))
    if isinstance(value, (list, tuple)):
        return Listed(tuple(node_of(each) for each in value))
    if isinstance(value, bool):
        return Plain("yes" if value else "no")
    return Plain("" if value is None else str(value))


def texts_in(node: Node) -> Iterator[Plain]:
    """All texts of a tree, names and values, in their order."""
    if isinstance(node, Plain):
        yield node
    elif isinstance(node, Listed):
        for item in node.items:
            yield from texts_in(item)
    else:
        for name, value in node:
            yield name
            yield from texts_in(value)

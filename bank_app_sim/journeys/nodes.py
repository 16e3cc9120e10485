"""YAML as a tree of texts that know their places: nothing is guessed to be a number, a date or a `no`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import yaml

from .mistakes import NOWHERE, Mistake, Place, unknown

# Deeper than any journey, and shallower than the interpreter's stack.
DEEPEST = 50


@attrs.frozen
class Plain:
    """A single text; empty where nothing was written."""

    text: str
    place: Place = NOWHERE


@attrs.frozen
class Listed:
    """A list."""

    items: tuple["Node", ...]
    place: Place = NOWHERE


@attrs.frozen
class Mapped:
    """Names with something behind each."""

    items: tuple[tuple[Plain, "Node"], ...]
    place: Place = NOWHERE

    def __iter__(self) -> Iterator[tuple[Plain, "Node"]]:
        return iter(self.items)


Node = Plain | Listed | Mapped


def read(text: str, file: str) -> Node:
    """The one document in `text`; `Mistake` where it is no YAML, or something of YAML that scripts do not use."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        raise Mistake(_explained(error), place) from error
    except yaml.reader.ReaderError as error:
        raise Mistake(f"this is no text: {error.reason}", _place_of(text, error.position, file)) from error
    if root is None:
        raise Mistake("the file is empty; a journey has at least `journey` and `steps`", Place(file, 1, 1))
    return _node(root, file, ())


def _place_of(text: str, position: int, file: str) -> Place:
    before = text[:position]
    return Place(file, before.count("\n") + 1, position - before.rfind("\n"))


def _explained(error: yaml.MarkedYAMLError) -> str:
    problem = (error.problem or "this is no YAML").replace("'", "`")
    if "mapping values are not allowed" in problem:
        return "there is a second colon in this line; put the text in quotes, or the rest on a line of its own"
    if "found character" in problem and "\\t" in problem:
        return "there is a tab; indent with spaces"
    if "could not find expected" in problem or "did not find expected" in problem:
        return f"{problem}; look at the indentation, and at brackets and quotes that are not closed"
    return f"this is no YAML: {problem}"


def _node(node: yaml.Node, file: str, above: tuple[int, ...]) -> Node:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in above or len(above) > DEEPEST:
        raise Mistake("this contains itself, or is nested too deeply", place)
    within = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapped(node, place, file, within)
    if isinstance(node, yaml.SequenceNode):
        return Listed(tuple(_node(item, file, within) for item in node.value), place)
    text = node.value
    return Plain("" if node.tag.endswith(":null") and text in ("~", "null") else text, place)


def _mapped(node: yaml.MappingNode, place: Place, file: str, within: tuple[int, ...]) -> Mapped:
    items: list[tuple[Plain, Node]] = []
    for key, value in node.value:
        name = _node(key, file, within)
        if not isinstance(name, Plain):
            raise Mistake("this name is not a plain text; is it meant to be a value, in quotes?", name.place)
        if any(name.text == other.text for other, _ in items):
            raise Mistake(f"{name.text!r} is here twice; the second would hide the first", name.place)
        items.append((name, _node(value, file, within)))
    return Mapped(tuple(items), place)


def of(value: Any) -> Node:
    """The node that a Python value would be in a script."""
    if isinstance(value, Mapping):
        return Mapped(tuple((Plain(str(name)), of(each)) for name, each in value.items()))
    if isinstance(value, (list, tuple)):
        return Listed(tuple(of(each) for each in value))
    if isinstance(value, bool):
        return Plain("yes" if value else "no")
    return Plain("" if value is None else str(value))


def one_line(node: Node) -> str:
    """As YAML writes it on one line."""
    if isinstance(node, Mapped):
        return "{" + ", ".join(f"{name.text}: {one_line(value)}".rstrip() for name, value in node) + "}"
    if isinstance(node, Listed):
        return "[" + ", ".join(map(one_line, node.items)) + "]"
    return node.text


_COLUMN = re.compile(r"<([^<>]+)>")


def filled_in(node: Node, row: Mapping[str, str]) -> Node:
    """The same with each `<column>` replaced by what the row has for it."""
    if isinstance(node, Mapped):
        return Mapped(tuple((_filled_in(name, row), filled_in(value, row)) for name, value in node), node.place)
    if isinstance(node, Listed):
        return Listed(tuple(filled_in(item, row) for item in node.items), node.place)
    return _filled_in(node, row)


def _filled_in(plain: Plain, row: Mapping[str, str]) -> Plain:
    def value(match: re.Match[str]) -> str:
        if match[1] not in row:
            raise Mistake(unknown(match[1], "column of the rows", row), plain.place)
        return row[match[1]]

    return attrs.evolve(plain, text=_COLUMN.sub(value, plain.text))

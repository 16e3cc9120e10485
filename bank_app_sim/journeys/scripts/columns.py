"""The columns of a script's table: `<name>` in a text stands for the value that the row has under this name."""

import re
from collections.abc import Iterator, Mapping

from ..text.mistakes import Mistake, Place, unknown
from ..text.nodes import Listed, Mapped, Node, Plain, texts_in
from ..text.yaml_reader import refuse_names_twice

# A name between `<` and `>`; `<` or `>` with a space beside it compares something.
_COLUMN = re.compile(r"<(\w(?:[^<>]*\w)?)>")


def unknown_columns(node: Node, columns: Mapping[str, Plain]) -> Iterator[tuple[Plain, Mistake]]:
    """Each `<column>` that the rows do not have, with the text that it is in."""
    for plain in texts_in(node):
        for match in _COLUMN.finditer(plain.text):
            if match[1] not in columns:
                yield plain, Mistake(_no_column(match[1], columns), plain.part(*match.span()).place)


def columns_in(node: Node) -> set[str]:
    """The names of all columns in a tree."""
    return {match[1] for plain in texts_in(node) for match in _COLUMN.finditer(plain.text)}


def _no_column(name: str, columns: Mapping[str, Plain]) -> str:
    if not columns:
        return f"<{name}> stands for a column of `rows`, and this journey has none"
    return unknown(name, "column of the rows", columns)


def filled_in(node: Node, row: Mapping[str, Plain], mixed: dict[Place, list[Plain]]) -> Node:
    """The same tree with the row's value instead of each `<column>` that the row has.

    A text that is one column and nothing else gets the place of the value. For a text that has columns among other
    things, `mixed` gets the values, by the place of the text.
    """
    if isinstance(node, Mapped):
        items = [(_filled_in(name, row, mixed), filled_in(value, row, mixed)) for name, value in node]
        filled = Mapped(tuple(items), node.place)
        refuse_names_twice(filled)
        return filled
    if isinstance(node, Listed):
        return Listed(tuple(filled_in(item, row, mixed) for item in node.items), node.place)
    return _filled_in(node, row, mixed)


def _filled_in(plain: Plain, row: Mapping[str, Plain], mixed: dict[Place, list[Plain]]) -> Plain:
    columns = [match[1] for match in _COLUMN.finditer(plain.text) if match[1] in row]
    if not columns:
        return plain
    if plain.text == f"<{columns[0]}>":
        return row[columns[0]]
    mixed[plain.place] = [row[name] for name in columns]
    text = _COLUMN.sub(lambda match: row[match[1]].text if match[1] in row else match[0], plain.text)
    return Plain(text, plain.place)

"""The table of a script: each of its `rows` makes a journey."""

from ..text.mistakes import Gathering, Mistake, nearest_word, unknown
from ..text.nodes import Listed, Mapped, Node, Plain

# The values of a row by column, with their places.
Row = dict[str, Plain]


def rows_of(node: Node | None) -> list[Row]:
    """The rows of a table; one empty row if there is no table."""
    if node is None:
        return [{}]
    if not isinstance(node, Listed) or not node.items:
        raise Mistake("`rows` is a list, with a mapping for each row", node.place)
    rows: list[Row] = []
    for item in node.items:
        row = _row(item)
        if rows:
            _refuse_other_columns(item, row, rows[0])
        texts = [texts_of(each) for each in rows]
        if texts_of(row) in texts:
            raise Mistake(f"this row is the same as row {texts.index(texts_of(row)) + 1}", item.place)
        rows.append(row)
    return [{name: row[name] for name in rows[0]} for row in rows]


def note_unused_columns(mistakes: Gathering, table: Node | None, used: set[str]) -> None:
    """Note each column that the journey does not use: it makes no difference between rows."""
    first = table.items[0] if isinstance(table, Listed) else None
    columns = {name.text: name.place for name, _ in first} if isinstance(first, Mapped) else {}
    meant = {nearest_word(name, columns) for name in used - columns.keys()}  # an unknown column is a mistake of its own
    for name, place in columns.items():
        if name not in used | meant:
            hint = f"write <{name}> where it belongs, or in `journey` if it only tells rows apart"
            mistakes.note(f"this journey does not use the column {name!r}; {hint}", place)


def texts_of(row: Row) -> dict[str, str]:
    """The values of a row, by column."""
    return {name: value.text for name, value in row.items()}


def _row(item: Node) -> Row:
    if not isinstance(item, Mapped) or not item.items:
        raise Mistake("a row is a mapping from names to plain values", item.place)
    row: Row = {}
    for name, value in item:
        if not isinstance(value, Plain):
            raise Mistake(f"a row has plain values, and {name.text!r} has a list or a mapping", value.place)
        row[name.text] = value
    return row


def _refuse_other_columns(item: Node, row: Row, first: Row) -> None:
    assert isinstance(item, Mapped)
    for name, _ in item:
        if name.text not in first:
            raise Mistake(unknown(name.text, "column of the first row", first), name.place)
    for missing in first:
        if missing not in row:
            raise Mistake(f"this row has no {missing!r}, which the first row has", item.place)

"""`Query`: a statement that reads rows, and the type of a row."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy.sql.selectable import ExecutableReturnsRows

from .connection import Connection

T = TypeVar("T")
Row = TypeVar("Row", bound=attrs.AttrsInstance)


class Query(Generic[T]):
    """A statement that reads rows, and the type of a row. `rows()` and `values()` make one.

    Its methods run it, with the statement's parameters by name.

    Args:
        read: Makes a `T` of the columns of a row.
    """

    def __init__(self, read: Callable[..., T], statement: sa.Executable) -> None:
        self.statement = statement
        self._read = read

    def all(self, connection: Connection, /, **parameters: object) -> list[T]:
        read = self._read
        return [read(*row) for row in connection.execute(self.statement, parameters)]

    def first(self, connection: Connection, /, **parameters: object) -> T | None:
        """The first row, or None."""
        found = self.all(connection, **parameters)
        return found[0] if found else None

    def one(self, connection: Connection, /, **parameters: object) -> T:
        """The only row; ValueError if there is none, or another one."""
        (found,) = self.all(connection, **parameters)
        return found

    def one_or_none(self, connection: Connection, /, **parameters: object) -> T | None:
        """The only row, or None; ValueError if there is another one."""
        found = self.all(connection, **parameters)
        if len(found) > 1:
            raise ValueError(f"one row was expected, or none, and there are {len(found)}")
        return found[0] if found else None


def columns_of(
    row: type[attrs.AttrsInstance], *tables: sa.FromClause, **others: sa.ColumnElement[Any]
) -> list[sa.ColumnElement[Any]]:
    """The columns that the fields of `row` are read from, in their order.

    A field is read from the column of its name in `others`, or else in the first of `tables` that has one.

    Raises:
        KeyError: There is no such column, for example because it was renamed.
    """
    known: dict[str, sa.ColumnElement[Any]] = {}
    for table in reversed(tables):
        known |= table.c.items()
    known |= {name: column.label(name) for name, column in others.items()}
    return [known[field.name] for field in attrs.fields(row)]


def rows(row: type[Row], statement: ExecutableReturnsRows) -> Query[Row]:
    """Reads each row as a `row`.

    Raises:
        TypeError: The statement's columns are not the fields of `row`, in their order; see `columns_of()`.
    """
    fields, read = [field.name for field in attrs.fields(row)], list(statement.exported_columns.keys())
    if fields != read:
        raise TypeError(f"{row.__name__} has the fields {fields}, the statement gives {read}")
    return Query(row, statement)


def values(statement: sa.Executable) -> Query[Any]:
    """Reads the one column that a statement gives. Annotate its type: `IDS: Query[str] = values(...)`."""
    return Query(_only, statement)


def _only(value: Any) -> Any:
    return value


@functools.cache
def _written(table: sa.Table, row: type[attrs.AttrsInstance], elsewhere: frozenset[str]) -> tuple[str, ...]:
    fields = {field.name for field in attrs.fields(row)} - elsewhere
    if lost := sorted(fields - {*table.c.keys()}):
        raise TypeError(f"{table.name} has no column for {', '.join(lost)} of {row.__name__}")
    return tuple(sorted(fields - {"n"}))


def parameters(table: sa.Table, row: attrs.AttrsInstance, *, elsewhere: Iterable[str] = ()) -> dict[str, Any]:
    """The parameters of an INSERT of `row` into `table`: its fields, by the columns of the same names, without `n`.

    Args:
        elsewhere: Fields that this table has no column for; another one keeps them.

    Raises:
        TypeError: The table has no column for a field, for example because it was renamed. A value would be lost.
    """
    return {name: getattr(row, name) for name in _written(table, type(row), frozenset(elsewhere))}

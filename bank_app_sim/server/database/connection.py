"""What a unit of work sees of its database: a connection that executes statements, and the rows that come back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa

Parameters = Mapping[str, Any]


class Values(Protocol):
    """What a statement gave, one value a row."""

    def __iter__(self) -> Iterator[Any]: ...

    def all(self) -> Sequence[Any]: ...

    def first(self) -> Any:
        """The first one, or None."""

    def one(self) -> Any:
        """The only one; `NoResultFound` or `MultipleResultsFound` otherwise."""

    def one_or_none(self) -> Any:
        """The only one, or None; `MultipleResultsFound` if there are several."""


class Rows(Values, Protocol):
    """What a statement gave: rows, whose columns are attributes."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""

    def mappings(self) -> Values:
        """The same rows, each a mapping of column names to values."""

    def scalars(self) -> Values:
        """The first column of each row."""

    def scalar(self) -> Any:
        """The first column of the first row, or None."""

    def scalar_one(self) -> Any: ...

    def scalar_one_or_none(self) -> Any: ...


class Connection(Protocol):
    """Executes the statements of one unit of work. Every store implements it."""

    def execute(self, statement: sa.Executable, parameters: Parameters | Sequence[Parameters] = ..., /) -> Rows:
        """Run a statement once, or once for each element of a list of parameters.

        Raises:
            sqlalchemy.exc.DBAPIError: The database refuses it.
        """

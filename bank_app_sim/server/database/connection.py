"""What a unit of work sees of its database: a connection that runs statements, and the rows that they give."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa

Parameters = Mapping[str, Any]


class Rows(Protocol):
    """What a statement gave: each row is the sequence of its columns."""

    def __iter__(self) -> Iterator[Sequence[Any]]: ...

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""


class Connection(Protocol):
    """Runs the statements of one unit of work. SQLAlchemy's connection is one, and so is `PreparedConnection`."""

    def execute(self, statement: sa.Executable, parameters: Parameters | Sequence[Parameters] = ..., /) -> Rows:
        """Run a statement once, or once for each element of a list of parameters.

        Raises:
            sqlalchemy.exc.DBAPIError: The database refuses it.
        """

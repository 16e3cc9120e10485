"""Marks: two databases that belong together have the same name of the pair, and counts that rise together.

Each database keeps its own mark. Only the program that starts both servers compares them.
"""

from collections.abc import Callable

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from .columns import order_of_insertion
from .connection import Connection
from .database import Database
from .query import columns_of, rows


@attrs.frozen
class Mark:
    """How far a database has come, together with the other one.

    Attributes:
        pair: The name of the pair, in both databases.
        count: The number of steps that both have taken.
        is_open: The other database may not have taken this step yet.
    """

    pair: str
    count: int
    is_open: bool = False


def marks(metadata: sa.MetaData) -> sa.Table:
    """The table of a database's mark: one row."""
    return sa.Table(
        "marks",
        metadata,
        order_of_insertion(),
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )


class Marked:
    """A database with a mark, and the units of work on the mark."""

    def __init__(self, database: Database, table: sa.Table) -> None:
        self.database = database
        self._read = rows(Mark, sa.select(*columns_of(Mark, table)))
        self._add = sa.insert(table)
        self._replace = sa.update(table).values(
            pair=given("pair"), count=given("count"), is_open=given("is_open", type_=sa.Boolean)
        )

    @property
    def name(self) -> str:
        """The database's name, without the password."""
        return self.database.name

    def read(self, connection: Connection) -> Mark | None:
        return self._read.one_or_none(connection)

    def put(self, mark: Mark) -> Callable[[Connection], Mark]:
        """Work that replaces the mark."""

        def put(connection: Connection) -> Mark:
            values = attrs.asdict(mark)
            if connection.execute(self._replace, values).rowcount == 0:
                connection.execute(self._add, values)
            return mark

        return put

    def keep(self, first: Mark) -> Callable[[Connection], Mark]:
        """Work that writes the first mark, unless there is a mark; returns the mark afterwards."""

        def keep(connection: Connection) -> Mark:
            return self.read(connection) or self.put(first)(connection)

        return keep

    def step(self, connection: Connection) -> Mark:
        """Take the next step, unless the last one is open. Returns the step that the other database must follow."""
        mark = self.read(connection)
        if mark is None:
            raise LookupError(f"{self.name} has lost its mark: it was emptied meanwhile")
        return mark if mark.is_open else self.put(Mark(mark.pair, mark.count + 1, is_open=True))(connection)

    def follow(self, other: Mark) -> Callable[[Connection], None]:
        """Work that follows a step of the other database, unless it has already."""

        def follow(connection: Connection) -> None:
            mark = self.read(connection)
            if mark is not None and mark.pair == other.pair and mark.count < other.count:
                self.put(attrs.evolve(other, is_open=False))(connection)

        return follow

    def conclude(self, step: Mark) -> Callable[[Connection], None]:
        """Work that writes down that both have taken the step."""

        def conclude(connection: Connection) -> None:
            if self.read(connection) == step:
                self.put(attrs.evolve(step, is_open=False))(connection)

        return conclude

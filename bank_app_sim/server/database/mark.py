"""Two databases that belong together know each other by a mark: the pair's name, and a count that goes on in both.

Each has a mark of its own. Nobody but who starts both programs compares them.
"""

from collections.abc import Callable

import attrs
import sqlalchemy as sa
from sqlalchemy import bindparam as given

from .columns import order_of_insertion
from .connection import Connection
from .database import Database


@attrs.frozen
class Mark:
    """How far a database has come, together with the other one.

    Attributes:
        pair: The name that both have.
        count: Higher with every step that both have taken.
        is_open: The other one may not have taken this step yet.
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
    """A database with a mark, and the units of work on it."""

    def __init__(self, database: Database, table: sa.Table) -> None:
        self.database = database
        self._read = sa.select(table.c.pair, table.c.count, table.c.is_open)
        self._add = sa.insert(table)
        self._replace = sa.update(table).values(
            pair=given("pair"), count=given("count"), is_open=given("is_open", type_=sa.Boolean)
        )

    @property
    def name(self) -> str:
        """What the database is called, without a password."""
        return self.database.name

    def read(self, connection: Connection) -> Mark | None:
        row = connection.execute(self._read).one_or_none()
        return None if row is None else Mark(*row)

    def put(self, mark: Mark) -> Callable[[Connection], Mark]:
        """Work that writes a mark down, whatever was there."""

        def put(connection: Connection) -> Mark:
            values = attrs.asdict(mark)
            if connection.execute(self._replace, values).rowcount == 0:
                connection.execute(self._add, values)
            return mark

        return put

    def keep(self, first: Mark) -> Callable[[Connection], Mark]:
        """Work that writes the first mark down, where there is none; returns the one that is there then."""

        def keep(connection: Connection) -> Mark:
            return self.read(connection) or self.put(first)(connection)

        return keep

    def step(self, connection: Connection) -> Mark:
        """Take the next step, if the other one has taken the last; returns the one that it is to follow."""
        mark = self.read(connection)
        if mark is None:
            raise LookupError(f"{self.name} has lost its mark: somebody has emptied it meanwhile")
        return mark if mark.is_open else self.put(Mark(mark.pair, mark.count + 1, is_open=True))(connection)

    def follow(self, other: Mark) -> Callable[[Connection], None]:
        """Work that takes a step that the other one has taken, unless that has happened already."""

        def follow(connection: Connection) -> None:
            mark = self.read(connection)
            if mark is not None and mark.pair == other.pair and mark.count < other.count:
                self.put(attrs.evolve(other, is_open=False))(connection)

        return follow

    def conclude(self, step: Mark) -> Callable[[Connection], None]:
        """Work that writes down that both have taken a step."""

        def conclude(connection: Connection) -> None:
            if self.read(connection) == step:
                self.put(attrs.evolve(step, is_open=False))(connection)

        return conclude

"""SQLAlchemy's statements as SQLite runs them: compiled once, and from then on without SQLAlchemy in between.

Of what `sqlalchemy.Connection.execute()` does each time, most is meant for databases at the other end of a network.
Beside SQLite, which answers within microseconds, it took longer than all the rest of a world.
"""

import functools
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

_DIALECT = sqlite.dialect()

# More than there are; each is a constant of a module.
MOST_STATEMENTS = 2_000

Parameters = Mapping[str, Any]
Process = Callable[[Any], Any] | None

_NONE: Parameters = {}


def driver_of(connection: sa.Connection) -> Any:
    """The connection of Python's sqlite3 that is beneath one of SQLAlchemy's."""
    return connection.connection.driver_connection


class Rows(IteratorResult[Any]):
    """What came of a statement, as SQLAlchemy gives it.

    Attributes:
        rowcount: How many rows were changed.
    """

    def __init__(self, names: SimpleResultMetaData, rows: Sequence[Any], rowcount: int) -> None:
        super().__init__(names, iter(rows))
        self.rowcount = rowcount


@attrs.frozen
class Connection:
    """A connection to SQLite: of `sqlalchemy.Connection` what units of work use of it."""

    _sqlite: Any

    def execute(self, statement: sa.Executable, parameters: Parameters | Sequence[Parameters] = _NONE) -> Rows:
        """Run a statement; once for each of several parameters, where a list of them is given.

        Raises:
            sqlalchemy.exc.DBAPIError: SQLite refuses. No parameters are in the message: they may be secrets.
        """
        prepared = _prepared(statement, tuple(parameters if isinstance(parameters, Mapping) else parameters[0]))
        try:
            if isinstance(parameters, Mapping):
                return prepared.run(self._sqlite, parameters)
            return prepared.run_many(self._sqlite, parameters)
        except sqlite3.Error as error:
            raised = getattr(sa.exc, type(error).__name__, sa.exc.DBAPIError)
            raise raised(prepared.sql, None, error) from error


@attrs.frozen
class _Place:
    """What stands for one `?`.

    Attributes:
        name: Of the parameter; None for a value that is always the same.
        process: How SQLite is given it, where that is not as it is.
    """

    name: str | None
    value: Any
    process: Process

    def filled(self, parameters: Parameters) -> Any:
        value = self.value if self.name is None else parameters[self.name]
        return value if self.process is None else self.process(value)


class Prepared:
    """A statement for parameters of certain names.

    Args:
        names: Of the parameters: what an INSERT or UPDATE sets can depend on them.

    Raises:
        TypeError: It needs defaults that SQLAlchemy would have computed.
    """

    def __init__(self, statement: sa.Executable, names: tuple[str, ...]) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=list(names))  # type: ignore[attr-defined]
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"a default of a column is to be computed here, and nobody would: {compiled}")
        self._compiled = compiled
        self.sql = str(compiled)
        self._is_expanded = any(bind.expanding for bind in compiled.binds.values())
        self._places = [_place(compiled.binds[name], names) for name in compiled.positiontup or ()]
        columns = getattr(statement, "exported_columns", ())
        self._processes = [column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None) for column in columns]
        self._is_processed = any(self._processes)
        self._names: SimpleResultMetaData | None = None

    def run(self, connection: Any, parameters: Parameters) -> Rows:
        if self._is_expanded:  # `IN (…)`: as many `?` as there are values
            expanded = self._compiled.construct_expanded_state(parameters)
            cursor = connection.execute(expanded.statement, expanded.positional_parameters)
        else:
            cursor = connection.execute(self.sql, [place.filled(parameters) for place in self._places])
        rows = cursor.fetchall()
        if self._names is None:
            self._names = SimpleResultMetaData([column[0] for column in cursor.description or ()])
        if self._is_processed:
            rows = [self._processed(row) for row in rows]
        return Rows(self._names, rows, cursor.rowcount)

    def run_many(self, connection: Any, parameters: Sequence[Parameters]) -> Rows:
        values = [[place.filled(each) for place in self._places] for each in parameters]
        return Rows(_NOTHING, (), connection.executemany(self.sql, values).rowcount)

    def _processed(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            value if process is None else process(value) for process, value in zip(self._processes, row, strict=True)
        )


_NOTHING = SimpleResultMetaData([])
_prepared = functools.lru_cache(MOST_STATEMENTS)(Prepared)


def _place(bind: sa.BindParameter[Any], names: tuple[str, ...]) -> _Place:
    process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if bind.required or bind.key in names:
        return _Place(bind.key, None, process)
    return _Place(None, bind.effective_value, process)

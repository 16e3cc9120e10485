"""Runs SQLAlchemy's statements on SQLite: SQLAlchemy compiles each one once, and takes no further part.

Most of what `sqlalchemy.Connection.execute()` does is useful for databases across a network. SQLite answers within
microseconds, and SQLAlchemy took longer than everything else in a simulated world.
"""

import functools
import operator
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows

_DIALECT = sqlite.dialect(
    json_serializer=lambda value: orjson.dumps(value).decode(),
    json_deserializer=orjson.loads,
)

# More than there are: each statement is a constant of a module.
MOST_STATEMENTS = 2_000

# For how many lengths of its lists a statement is kept.
MOST_LENGTHS = 100

Parameters = Mapping[str, Any]
# Takes the value of one `?` from the parameters.
Place = Callable[[Parameters], Any]
# Takes the values of all `?` from the parameters, in their order.
Places = Callable[[Parameters], Sequence[Any]]

_NONE: Parameters = {}


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    """The connection of Python's sqlite3 beneath one of SQLAlchemy's."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@attrs.define
class PreparedRows:
    """What a statement gave, all of it read.

    Attributes:
        rowcount: How many rows the statement changed.
    """

    _rows: Sequence[Sequence[Any]]
    rowcount: int

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self._rows)


@attrs.frozen
class PreparedConnection:
    """A connection to SQLite, for units of work."""

    _sqlite: sqlite3.Connection

    def execute(self, statement: sa.Executable, parameters: Parameters | Sequence[Parameters] = _NONE) -> PreparedRows:
        """Run a statement once, or once for each element of a list of parameters.

        Raises:
            sqlalchemy.exc.DBAPIError: SQLite refuses. The message does not contain parameters: they may be secrets.
        """
        # Not isinstance(…, Mapping), which takes as long as all the rest of this.
        several = parameters if isinstance(parameters, list) else None
        one: Any = parameters if several is None else several[0]
        prepared = _prepared(statement, tuple(one))
        try:
            if several is None:
                return prepared.run(self._sqlite, one)
            return prepared.run_many(self._sqlite, several)
        except sqlite3.Error as error:
            raised = getattr(sa.exc, type(error).__name__, sa.exc.DBAPIError)
            raise raised(prepared.sql, None, error) from error


class Prepared:
    """A statement, compiled for parameters of certain names.

    Args:
        names: The names of the parameters: what an INSERT or UPDATE sets can depend on them.

    Raises:
        TypeError: The statement needs defaults that only SQLAlchemy computes.
    """

    def __init__(self, statement: sa.Executable, names: tuple[str, ...]) -> None:
        assert isinstance(statement, sa.ClauseElement)
        compiled = statement.compile(dialect=_DIALECT, column_keys=list(names))
        assert isinstance(compiled, SQLCompiler)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"SQLAlchemy would have to compute the default of a column: {compiled}")
        self._compiled = compiled
        self._given = names
        self._lists = [name for bind, name in compiled.bind_names.items() if bind.expanding and name in names]
        self._expanded = functools.lru_cache(MOST_LENGTHS)(self._expand)
        self.sql, self._places = self._expand(*(0 for _ in self._lists))
        columns: Iterable[sa.ColumnElement[Any]] = (
            statement.exported_columns if isinstance(statement, ReturnsRows) else ()
        )
        processes = [column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None) for column in columns]
        self._processes = [(n, process) for n, process in enumerate(processes) if process is not None]

    def run(self, connection: sqlite3.Connection, parameters: Parameters) -> PreparedRows:
        sql, places = self.sql, self._places
        if self._lists:
            sql, places = self._expanded(*(len(parameters[name]) for name in self._lists))
        cursor = connection.execute(sql, places(parameters))
        rows: list[Sequence[Any]] = cursor.fetchall()
        if self._processes:
            rows = [self._processed(row) for row in rows]
        return PreparedRows(rows, cursor.rowcount)

    def run_many(self, connection: sqlite3.Connection, parameters: Sequence[Parameters]) -> PreparedRows:
        return PreparedRows((), connection.executemany(self.sql, map(self._places, parameters)).rowcount)

    def _expand(self, *lengths: int) -> tuple[str, Places]:
        """The statement with as many `?` in each `IN (…)` as its list has values."""
        lists = {name: [None] * length for name, length in zip(self._lists, lengths, strict=True)}
        state = self._compiled.construct_expanded_state({**dict.fromkeys(self._given), **lists})
        places = {name: _place(bind, self._given) for bind, name in self._compiled.bind_names.items()}
        for name, expanded in state.parameter_expansion.items():
            places |= {each: _item(places[name], n) for n, each in enumerate(expanded)}
        return state.statement, _all([places[name] for name in state.positiontup or ()])

    def _processed(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for n, process in self._processes:
            values[n] = process(values[n])
        return values


_prepared = functools.lru_cache(MOST_STATEMENTS)(Prepared)


def _place(bind: sa.BindParameter[Any], names: tuple[str, ...]) -> Place:
    """Takes the value of one `?`: a parameter, or a value that never changes."""
    name = bind.key
    process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if not bind.required and name not in names:
        value = bind.effective_value if process is None else process(bind.effective_value)
        return lambda _parameters: value
    if process is None:
        return _Parameter(name)
    return lambda parameters: process(parameters[name])


class _Parameter:
    """Takes a parameter as it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, parameters: Parameters) -> Any:
        return parameters[self.name]


def _all(places: Sequence[Place]) -> Places:
    """Takes the values of several `?`. Most are parameters as they are, which `itemgetter` takes fastest."""
    names = [place.name for place in places if isinstance(place, _Parameter)]
    if len(names) < len(places):
        return lambda parameters: [place(parameters) for place in places]
    if len(names) > 1:
        return operator.itemgetter(*names)
    return lambda parameters: [parameters[name] for name in names]


def _item(of: Place, n: int) -> Place:
    return lambda parameters: of(parameters)[n]

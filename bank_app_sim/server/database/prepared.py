"""SQLAlchemy's statements as SQLite runs them: compiled once, and from then on without SQLAlchemy in between.

Of what `sqlalchemy.Connection.execute()` does each time, most is meant for databases at the other end of a network.
Beside SQLite, which answers within microseconds, it took longer than all the rest of a world.
"""

import collections
import functools
import operator
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect(
    json_serializer=lambda value: orjson.dumps(value).decode(),
    json_deserializer=orjson.loads,
)

# More than there are; each is a constant of a module.
MOST_STATEMENTS = 2_000

# Of lists in one statement.
MOST_LENGTHS = 100

Parameters = Mapping[str, Any]
# Finds, among the parameters, what a `?` stands for.
Place = Callable[[Parameters], Any]
# The same, for all of them in order.
Places = Callable[[Parameters], Sequence[Any]]

_NONE: Parameters = {}


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    """The connection of Python's sqlite3 beneath one of SQLAlchemy's."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@attrs.define
class PreparedRows:
    """What came of a statement: of `sqlalchemy.Result` what units of work use of it, read already.

    Attributes:
        rowcount: How many rows were changed.
    """

    _rows: Sequence[Any]
    rowcount: int
    _row: Callable[[Any], Any] | None = None  # makes a row of the driver's tuple
    _as_mapping: Callable[[Any], Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def all(self) -> list[Any]:
        return list(self._rows) if self._row is None else [self._row(row) for row in self._rows]

    def first(self) -> Any:
        return self.all()[0] if self._rows else None

    def one_or_none(self) -> Any:
        if len(self._rows) > 1:
            raise sa.exc.MultipleResultsFound("one row was wanted, or none, and there are several")
        return self.first()

    def one(self) -> Any:
        if not self._rows:
            raise sa.exc.NoResultFound("a row was wanted, and there is none")
        return self.one_or_none()

    def mappings(self) -> "PreparedRows":
        """The same, each row by the names of its columns."""
        return PreparedRows(self._rows, self.rowcount, self._as_mapping)

    def scalars(self) -> "PreparedRows":
        """The first value of each row."""
        return PreparedRows(self._rows, self.rowcount, operator.itemgetter(0))

    def scalar_one(self) -> Any:
        return self.scalars().one()

    def scalar_one_or_none(self) -> Any:
        return self.scalars().one_or_none()

    def scalar(self) -> Any:
        return self.scalars().first()


@attrs.frozen
class PreparedConnection:
    """A connection to SQLite, for units of work."""

    _sqlite: sqlite3.Connection

    def execute(self, statement: sa.Executable, parameters: Parameters | Sequence[Parameters] = _NONE) -> PreparedRows:
        """Run a statement; once for each of several parameters, where a list of them is given.

        Raises:
            sqlalchemy.exc.DBAPIError: SQLite refuses. No parameters are in the message: they may be secrets.
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
        self._given = names
        self._lists = [name for bind, name in compiled.bind_names.items() if bind.expanding and name in names]
        self._expanded = functools.lru_cache(MOST_LENGTHS)(self._expand)
        self.sql, self._places = self._expand(*(0 for _ in self._lists))
        columns = getattr(statement, "exported_columns", ())
        processes = [column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None) for column in columns]
        self._processes = [(n, process) for n, process in enumerate(processes) if process is not None]
        self._makers: tuple[Callable[[Any], Any], Callable[[Any], Any]] | None = None

    def run(self, connection: sqlite3.Connection, parameters: Parameters) -> PreparedRows:
        sql, places = self.sql, self._places
        if self._lists:
            sql, places = self._expanded(*(len(parameters[name]) for name in self._lists))
        cursor = connection.execute(sql, places(parameters))
        rows = cursor.fetchall()
        if self._makers is None:
            self._makers = _makers([column[0] for column in cursor.description or ()])
        if self._processes:
            rows = [self._processed(row) for row in rows]
        return PreparedRows(rows, cursor.rowcount, *self._makers)

    def run_many(self, connection: sqlite3.Connection, parameters: Sequence[Parameters]) -> PreparedRows:
        return PreparedRows((), connection.executemany(self.sql, map(self._places, parameters)).rowcount)

    def _expand(self, *lengths: int) -> tuple[str, Places]:
        """`IN (…)` with as many `?` as there are values."""
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


def _makers(names: Sequence[str]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """What makes a row of a tuple, with a field for each column; and what makes a mapping."""

    def as_mapping(row: Any) -> dict[str, Any]:
        return dict(zip(names, row, strict=True))

    of_names: Any = collections.namedtuple  # whose names are known only now
    row = of_names("Row", names, rename=True)
    row._mapping = property(as_mapping)  # as SQLAlchemy calls it
    return row._make, as_mapping


_prepared = functools.lru_cache(MOST_STATEMENTS)(Prepared)


def _place(bind: sa.BindParameter[Any], names: tuple[str, ...]) -> Place:
    """What stands for one `?`: a parameter, or a value that is always the same."""
    name = bind.key
    process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if not bind.required and name not in names:
        value = bind.effective_value if process is None else process(bind.effective_value)
        return lambda _parameters: value
    if process is None:
        return _Parameter(name)
    return lambda parameters: process(parameters[name])


class _Parameter:
    """A parameter as it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, parameters: Parameters) -> Any:
        return parameters[self.name]


def _all(places: Sequence[Place]) -> Places:
    """Mostly they are parameters as they are: nothing finds several more quickly than `itemgetter`."""
    names = [place.name for place in places if isinstance(place, _Parameter)]
    if len(names) < len(places):
        return lambda parameters: [place(parameters) for place in places]
    if len(names) > 1:
        return operator.itemgetter(*names)
    return lambda parameters: [parameters[name] for name in names]


def _item(of: Place, n: int) -> Place:
    return lambda parameters: of(parameters)[n]

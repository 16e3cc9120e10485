"""How each statement finds its rows: by an index, on both stores, however many rows there are."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bank_app_sim.backend import tables as bank_tables
from bank_app_sim.des import tables as des_tables
from bank_app_sim.server.database import Connection, Database
from bank_app_sim.server.database.prepared import Prepared

from .. import postgresql
from .large_tables import CONTENT_OF_BANK, CONTENT_OF_DES, fill
from .statements import OF_BANK, OF_DES, SMALL, Named

# They show everything, and are for that: the ledger, and the state of a world, for whoever tests; and what is compared
# after one side has lost some of its memory.
SHOW_ALL = {
    "ledger._BALANCES",
    "ledger._ALL_ENTRIES",
    "events._ALL",
    "orders._ALL",
    "transfers._ALL",
    "reports._ALL_TOLD",
}

# What is sorted is a handful, and cannot be more.
SORTS_FEW = {
    "transactions.REQUESTED_OF_USER": "what is on its way of one user",
    "transactions.REQUESTED_OF_DREAM": "what is on its way of one Dream",
    "webhooks.TO_HINT": "one row for each bank",
}


class Explaining:
    """A connection to SQLite that asks how it would do what it is told, and does nothing."""

    def __init__(self, sqlite: Any) -> None:
        self._sqlite = sqlite
        self.lines: list[tuple[int, int, str]] = []

    def execute(self, sql: str, parameters: Any) -> "Nothing":
        rows = self._sqlite.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        self.lines = [(row[0], row[1], row[3]) for row in rows]
        return Nothing()


class Nothing:
    rowcount = 0
    description = None

    def fetchall(self) -> list[Any]:
        return []


def parameters_of(statement: Any) -> dict[str, Any]:
    """Something for each parameter; what an INSERT or UPDATE sets, where it says only then, is all, or something."""
    binds = [part for part in sa.sql.visitors.iterate(statement) if isinstance(part, sa.BindParameter)]
    given = {bind.key: value_of(bind) for bind in binds if bind.required}
    if isinstance(statement, sa.Insert | sa.Update):
        said = {str(getattr(column, "key", column)) for column in statement._values or ()}
        columns = [column for column in statement.table.columns if column.key not in {*said, "n"}]
        if isinstance(statement, sa.Update):
            columns = [] if said else columns[-1:]
        given |= {column.key: value_of(sa.bindparam(column.key, type_=column.type)) for column in columns}
    return given


# Of the large tables below.
VALUES = {
    "tenant_id": "t1",
    "of_tenant": "t1",
    "state": "settled",
    "limit": 21,
    "offset": 0,
    "after_n": 10_000,
    "launch_id": "launches5",
    "this": 5,
    "than": 5,
    "of_claim": 5,
}


# A parameter that is called as a column is of its kind.
_KINDS = {
    column.key: column.type
    for tables in (des_tables, bank_tables)
    for table in tables.metadata.sorted_tables
    for column in table.columns
}


def value_of(bind: "sa.BindParameter[Any]") -> Any:
    if bind.key in VALUES:
        return VALUES[bind.key]
    if bind.expanding:
        return ["x1", "x2"]
    kind = _KINDS.get(bind.key, bind.type)
    if isinstance(bind.type, sa.JSON) or isinstance(kind, sa.JSON):
        return {}
    if isinstance(bind.type, sa.Boolean) or isinstance(kind, sa.Boolean):
        return False
    is_number = isinstance(bind.type, sa.Integer | sa.Float) or isinstance(kind, sa.Integer | sa.Float)
    if is_number or bind.key.endswith(("_us", "cents")):
        return 5
    return "x5"


Plans = list[tuple[Named, list[tuple[int, int, str]]]]


@pytest.fixture(scope="module", params=["des", "bank"])
def on_sqlite(request: pytest.FixtureRequest) -> Plans:
    tables, statements = (des_tables, OF_DES) if request.param == "des" else (bank_tables, OF_BANK)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        tables.metadata.create_all(connection)
        explaining: Any = Explaining(connection.connection.driver_connection)
        plans: Plans = []
        for named in statements:
            given = parameters_of(named.statement)
            Prepared(named.statement, tuple(given)).run(explaining, given)  # kept nowhere: its rows are none
            plans.append((named, explaining.lines))
    engine.dispose()
    return plans


def test_sqlite_finds_all_rows_by_an_index(on_sqlite: Plans) -> None:
    found = {named.name: [*_scans(named, lines), *_sorts(named, lines)] for named, lines in on_sqlite}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(on_sqlite) > 40


# What of a row an index must know, for a listing that is narrowed by it; the first of those that it is narrowed by.
KNOWN_BY_INDEX = [
    ("externalId", "external_id=?"),
    ("dreamId", "dream_id=?"),
    ("state", "state=?"),
    ("own_user_id", "id=?"),
    ("userId", "id=?"),
    ("externalUserId", "id=?"),
    ("after_us", "at_us>?"),
    ("after", "requested_at>?"),
    ("tenant_id", "tenant_id=?"),
]


def test_sqlite_finds_what_a_listing_is_narrowed_by_in_the_index(on_sqlite: Plans) -> None:
    wrong = {}
    for named, lines in on_sqlite:
        if not named.name.startswith(("page of", "count of")):
            continue
        known = next(column for by, column in KNOWN_BY_INDEX if f"'{by}'" in named.name)
        if "of users" in named.name and "own_user_id" in named.name:
            known = "id=?"  # one row at most
        if known == "requested_at>?" and "of transactions" not in named.name:
            known = "id=?" if "'externalId'" in named.name else ">?"  # the order of insertion is the key of a table
        if not any(known in what for _, _, what in lines):
            wrong[named.name] = lines
    assert wrong == {}


def _scans(named: Named, lines: list[tuple[int, int, str]]) -> Iterator[str]:
    """Reading all of a table that grows, be it by an index; or making an index of it."""
    for _, _, what in lines:
        words = what.split()
        is_whole = words[0] == "SCAN" and words[1] in GROWING and named.name not in SHOW_ALL
        if is_whole or "AUTOMATIC" in words:
            yield what


def _sorts(named: Named, lines: list[tuple[int, int, str]]) -> Iterator[str]:
    """Sorting more than a page: the rows of a page are found by their keys, all others come in their order."""
    if named.name in SORTS_FEW or named.name in SHOW_ALL:
        return
    for _, parent, what in lines:
        if "TEMP B-TREE" in what:
            drives = next((other for _, same, other in lines if same == parent), "")
            if "USING INTEGER PRIMARY KEY (rowid=?)" not in drives:
                yield f"{what}, of {drives}"


GROWING = {
    name
    for tables in (des_tables, bank_tables)
    for name in [*tables.metadata.tables, "from_account", "to_account", "from_dream", "to_dream", "oldest"]
    if name not in SMALL
}


def test_what_is_deleted_is_looked_for_by_an_index_wherever_something_may_point_at_it() -> None:
    """No plan shows it: each row that goes is looked for in all columns that point at its table."""
    missing = []
    for table in des_tables.metadata.sorted_tables:
        firsts = {next(iter(index.columns)).key for index in table.indexes}
        uniques = [
            each for each in table.constraints if isinstance(each, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
        ]
        firsts |= {next(iter(each.columns)).key for each in uniques}
        for key in table.foreign_keys:
            if key.column.table.name not in SMALL and key.parent.key not in firsts:
                missing.append(f"{table.name}.{key.parent.key}")
    assert missing == []


@pytest.fixture(scope="module", params=["des", "bank"])
def large(request: pytest.FixtureRequest, worlds: postgresql.Worlds) -> Iterator[tuple[Database, list[Named]]]:
    tables, statements, content = (
        (des_tables, OF_DES, CONTENT_OF_DES) if request.param == "des" else (bank_tables, OF_BANK, CONTENT_OF_BANK)
    )
    with (
        postgresql.missing_schema(worlds.url) as url,
        closing(Database(url, tables.metadata, version=tables.VERSION)) as database,
    ):
        database.run_now(lambda connection: fill(connection, content))
        yield database, statements


@pytest.mark.postgresql
def test_postgresql_finds_all_rows_by_an_index(large: tuple[Database, list[Named]]) -> None:
    """Where an index can find them: what it costs besides is up to the server and its figures."""
    database, statements = large
    wrong: dict[str, list[str]] = {}

    def explain(connection: Connection) -> None:
        assert isinstance(connection, sa.Connection)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        with explained(connection) as plans:
            for named in statements:
                connection.execute(named.statement, parameters_of(named.statement))
                found = [] if named.name in SHOW_ALL else [*wrong_nodes(named, plans.pop(), below_limit=False)]
                if found:
                    wrong[named.name] = found

    database.run_now(explain)
    assert wrong == {}


@contextmanager
def explained(connection: sa.Connection) -> Iterator[list[Any]]:
    """Within the block nothing is done that is executed; the plans of it are gathered."""
    plans: list[Any] = []

    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        return f"EXPLAIN (FORMAT JSON) {statement}", parameters

    def after(_connection: Any, cursor: Any, *_more: Any) -> None:
        plans.append(cursor.fetchone()[0][0]["Plan"])

    sa.event.listen(connection, "before_cursor_execute", before, retval=True)
    sa.event.listen(connection, "after_cursor_execute", after)
    yield plans
    sa.event.remove(connection, "before_cursor_execute", before)
    sa.event.remove(connection, "after_cursor_execute", after)


# More than is ever sorted: a page, or what is on its way of somebody.
MOST_SORTED = 1_000


def wrong_nodes(named: Named, node: Mapping[str, Any], *, below_limit: bool) -> Iterator[str]:
    """Reading all of a table that grows, or sorting much of it."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    below_limit = below_limit or kind == "Limit"
    if table not in SMALL:
        if kind == "Seq Scan":
            yield f"reads all of {table}"
        if kind.startswith("Index") and "Index Cond" not in node and not below_limit:
            yield f"reads all of {node['Index Name']}"
    if "Sort" in kind and kind != "Incremental Sort":
        rows = max(below["Plan Rows"] for below in node["Plans"])
        if rows > MOST_SORTED and named.name not in SORTS_FEW:
            yield f"sorts {rows} rows"
    for below in node.get("Plans", ()):
        yield from wrong_nodes(named, below, below_limit=below_limit)

"""An actor's own database: SQLite in a file, SQLite in memory, or a schema of PostgreSQL."""

from .addresses import file_address, of_actor, postgresql_address
from .columns import index_of_some, order_of_insertion
from .connection import Connection
from .database import Database
from .errors import Away, CommitUnknown, ConnectionLost, Damaged, DatabaseError, Full, Locked
from .mark import Mark, Marked, marks
from .query import Query, columns_of, parameters, rows, values

__all__ = [
    "Away",
    "CommitUnknown",
    "Connection",
    "ConnectionLost",
    "Damaged",
    "Database",
    "DatabaseError",
    "Full",
    "Locked",
    "Mark",
    "Marked",
    "Query",
    "columns_of",
    "file_address",
    "index_of_some",
    "marks",
    "of_actor",
    "order_of_insertion",
    "parameters",
    "postgresql_address",
    "rows",
    "values",
]

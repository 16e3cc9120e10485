"""Columns and indexes that are not the same thing in every store."""

from typing import Any

import sqlalchemy as sa


def order_of_insertion() -> sa.Column[Any]:
    """The key `n`, which the store gives out in the order of insertion.

    There is one writer at a time, so it is the order of the commits too: whoever has seen `n` has seen all before it.
    """
    # SQLite counts by itself in a column whose type is exactly INTEGER. Numbers may be missing: of what was undone.
    return sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True)


def index_of_some(
    name: str, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool], **options: Any
) -> sa.Index:
    """An index of those rows for which `where` holds: the others cost nothing, and are not found by it."""
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where, **options)

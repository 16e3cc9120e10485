"""Columns and indexes that the stores declare differently."""

from typing import Any

import sqlalchemy as sa


def order_of_insertion() -> sa.Column[Any]:
    """The key `n`, which the store itself counts up.

    One transaction writes at a time, so commits have the same order: a reader that sees `n` sees all rows before it.
    """
    # SQLite counts only in a column whose type is exactly INTEGER. Rows that were rolled back leave gaps.
    return sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True)


def index_of_some(
    name: str, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool], **options: Any
) -> sa.Index:
    """An index of the rows for which `where` holds. Other rows cost nothing, and it does not find them."""
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where, **options)

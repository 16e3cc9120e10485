"""Errors of databases, in our terms."""

import sqlite3

import sqlalchemy as sa


class DatabaseError(Exception):
    """The database cannot be used, or not now; the message says why, and what to do.

    Nothing of the transaction has happened, except with `CommitUnknown`.
    """


class Away(DatabaseError):
    """It cannot be reached or written: the server is down, or the file is gone or read-only."""


class ConnectionLost(Away):
    """The connection broke before the commit: nothing of the transaction has happened."""


class Locked(DatabaseError):
    """Another process has been writing for longer than we wait."""


class Full(DatabaseError):
    """Its disk is full."""


class Damaged(DatabaseError):
    """Its content cannot be read any more. Trying again does not help."""


class CommitUnknown(DatabaseError):
    """The connection broke during the commit: the transaction may have happened."""


_Kind = type[DatabaseError]

_WAYS_OUT: dict[_Kind, str] = {
    Away: "the database cannot be used now; is it there, and may this program write to it?",
    Locked: "the database is locked: another process has been writing all the time; is one of them stuck?",
    Full: "the disk of the database is full; make room, and try again",
    Damaged: "the database is damaged; stop this program, and put a copy of it in its place",
}

# Primary result codes (sqlite.org/rescode.html).
_BY_CODE: dict[int, _Kind] = {
    sqlite3.SQLITE_BUSY: Locked,
    sqlite3.SQLITE_LOCKED: Locked,
    sqlite3.SQLITE_FULL: Full,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_IOERR: Away,
    sqlite3.SQLITE_CANTOPEN: Away,
    sqlite3.SQLITE_READONLY: Away,
    sqlite3.SQLITE_PERM: Away,
    sqlite3.SQLITE_AUTH: Away,
    sqlite3.SQLITE_PROTOCOL: Locked,
}

# Single codes of SQLSTATE, which take precedence, and classes of codes (PostgreSQL's documentation, appendix A).
_BY_STATE: dict[str, _Kind] = {
    "53100": Full,
    "55P03": Locked,
    "57014": Locked,  # a statement was cancelled: it took too long, or waited too long
    "40P01": Locked,
    "40001": Locked,
    "XX001": Damaged,
    "XX002": Damaged,
    "58030": Away,
    "08": Away,
    "53": Away,
    "57": Away,
}


def named(error: BaseException) -> DatabaseError | None:
    """A driver's error in our terms; None if it is a mistake in a statement, or not a driver's error."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        kind = _BY_CODE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    else:
        state = getattr(original, "sqlstate", None)
        kind = (_BY_STATE.get(state) or _BY_STATE.get(state[:2])) if isinstance(state, str) else None
    return None if kind is None else kind(f"{_WAYS_OUT[kind]} ({' '.join(str(original).split())})")

"""What goes wrong with databases, as callers are told it."""


class DatabaseError(Exception):
    """A database that this program cannot use, or not now; the message says why, and the way out."""


class ConnectionLost(DatabaseError):
    """The connection broke before anything was committed: nothing of the transaction has happened."""

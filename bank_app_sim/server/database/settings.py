"""What we rely on of a connection, set by us for each one: who runs the database may have set anything else."""

import attrs
import sqlalchemy as sa

# A process that stands still in the middle of a transaction holds up the writers of all others. Its connection is cut
# after that long, and nobody waits for its turn much longer. SQLite waits as long for another process.
LONGEST_PAUSE_SECONDS = 30


@attrs.frozen
class Setting:
    """A setting that we rely on.

    Attributes:
        why: What goes wrong with another value.
        since: The first version of PostgreSQL that has it.
    """

    name: str
    value: str
    why: str
    since: int = 0


POSTGRESQL = (
    Setting("default_transaction_isolation", "read committed", "a writer must see what was committed before its turn"),
    Setting("default_transaction_read_only", "off", "writers write"),
    Setting("default_transaction_deferrable", "off", "a reader would wait until nobody writes"),
    Setting("synchronous_commit", "on", "what is answered is on disk"),
    Setting("lock_timeout", f"{2 * LONGEST_PAUSE_SECONDS}s", "who waits for its turn is told when nobody moves"),
    Setting("statement_timeout", "0", "a statement may wait for its turn, which has a limit of its own"),
    Setting("transaction_timeout", "0", "a group of units of work takes as long as it takes", since=17),
    Setting("idle_in_transaction_session_timeout", f"{LONGEST_PAUSE_SECONDS}s", "who stands still lets others go on"),
    Setting("idle_session_timeout", "0", "a connection rests until there is something to do"),
    Setting("standard_conforming_strings", "on", "a backslash is a character like another"),
    Setting("backslash_quote", "safe_encoding", "as it is without anybody's setting"),
    Setting("transform_null_equals", "off", "nothing equals NULL, as in SQLite"),
    Setting("array_nulls", "on", "NULL in a list is no text"),
    Setting("bytea_output", "hex", "the driver reads bytes as they are written with this"),
    Setting("extra_float_digits", "1", "a number is read as it was written, to the last digit"),
    Setting("plan_cache_mode", "auto", "a page is planned as the twenty rows that it is"),
    Setting("DateStyle", "ISO, YMD", "the driver reads dates in this form alone"),
    Setting("IntervalStyle", "postgres", "the driver reads intervals in this form alone"),
    Setting("TimeZone", "UTC", "moments are told as DES tells them"),
    Setting("default_tablespace", "", "tables go where the database is"),
    Setting("default_table_access_method", "heap", "the tables we make have indexes and row locks"),
    Setting("row_security", "on", "a table that nobody has restricted is read as it is"),
)

# The same of SQLite, which has other defaults where it was built with others.
SQLITE = (
    Setting("foreign_keys", "ON", "nothing points at what is gone"),
    Setting("ignore_check_constraints", "OFF", "what a table refuses is refused"),
    Setting("recursive_triggers", "OFF", "as it is without anybody's setting"),
    Setting("reverse_unordered_selects", "OFF", "the same run gives the same order"),
    Setting("query_only", "OFF", "writers write"),
    Setting("secure_delete", "ON", "what is erased is not left in the file"),
)

SQLITE_FILE = (
    *SQLITE,
    Setting("locking_mode", "NORMAL", "tools can look into the file meanwhile"),
    Setting("journal_mode", "WAL", "one write to disk for each commit"),
    Setting("fullfsync", "ON", "macOS has it on disk only then"),
    Setting("wal_autocheckpoint", "1000", "the log does not grow for ever"),
)


def options(schema: str, given: str) -> str:
    """The settings as libpq's `options` takes them, for every server that we support.

    Args:
        given: What the address says; it comes last, and counts.
    """
    ours = [setting for setting in POSTGRESQL if setting.since == 0]
    named = [("search_path", schema), *((setting.name, setting.value) for setting in ours)]
    return " ".join([*(f"-c {name}={_escaped(value)}" for name, value in named), *([given] if given else [])])


def complete(engine: sa.Engine, given: str) -> None:
    """Set on each new connection what older servers do not know, unless the address says something else."""

    @sa.event.listens_for(engine, "connect")
    def set_what_is_new(driver: "sa.engine.interfaces.DBAPIConnection", _record: object) -> None:
        version = driver.info.server_version // 10_000
        for setting in POSTGRESQL:
            if 0 < setting.since <= version and f"{setting.name}=" not in given:
                driver.execute(f"SET {setting.name} = '{setting.value}'")


def _escaped(value: str) -> str:
    """Within `options` spaces part arguments (PostgreSQL's documentation, 34.1.2)."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")

"""The settings that we rely on. We set them on each connection, because the server may have any others."""

import attrs
import sqlalchemy as sa

# A process that stops in the middle of a transaction blocks the writers of all others. The server cuts its connection
# after this time, and a writer does not wait much longer. On SQLite, too, we wait this long for another process.
LONGEST_PAUSE_SECONDS = 30


@attrs.frozen
class Setting:
    """A setting that we rely on.

    Attributes:
        why: Why it has this value.
        since: The first version of PostgreSQL that has it.
    """

    name: str
    value: str
    why: str
    since: int = 0


POSTGRESQL = (
    Setting("default_transaction_isolation", "read committed", "a writer must see what others have just committed"),
    Setting("default_transaction_read_only", "off", "writers write"),
    Setting("default_transaction_deferrable", "off", "a reader would wait until nobody writes"),
    Setting("synchronous_commit", "on", "an answer means that it is on disk"),
    Setting("lock_timeout", f"{2 * LONGEST_PAUSE_SECONDS}s", "a writer that waits too long gets an error"),
    Setting("statement_timeout", "0", "a statement may wait for a lock, which has a limit of its own"),
    Setting("transaction_timeout", "0", "a group of units of work may take any time", since=17),
    Setting(
        "idle_in_transaction_session_timeout", f"{LONGEST_PAUSE_SECONDS}s", "a stopped process must not block others"
    ),
    Setting("idle_session_timeout", "0", "a connection may be unused for any time"),
    Setting("standard_conforming_strings", "on", "a backslash is an ordinary character"),
    Setting("backslash_quote", "safe_encoding", "the default"),
    Setting("transform_null_equals", "off", "nothing equals NULL, as in SQLite"),
    Setting("array_nulls", "on", "NULL in a list is not the text NULL"),
    Setting("bytea_output", "hex", "the driver reads bytes in this form only"),
    Setting("extra_float_digits", "1", "a number is read back exactly as it was written"),
    Setting("plan_cache_mode", "auto", "the planner must see that a page has twenty rows"),
    Setting("DateStyle", "ISO, YMD", "the driver reads dates in this form only"),
    Setting("IntervalStyle", "postgres", "the driver reads intervals in this form only"),
    Setting("TimeZone", "UTC", "moments are in UTC, as DES shows them"),
    Setting("default_tablespace", "", "tables are stored with the database"),
    Setting("default_table_access_method", "heap", "our tables need indexes and row locks"),
    Setting("row_security", "on", "a table without policies is read as it is"),
)

# The same for SQLite: a build of it may have other defaults.
SQLITE = (
    Setting("foreign_keys", "ON", "no row refers to a missing row"),
    Setting("ignore_check_constraints", "OFF", "constraints are checked"),
    Setting("recursive_triggers", "OFF", "the default"),
    Setting("reverse_unordered_selects", "OFF", "the same run gives the same order of rows"),
    Setting("query_only", "OFF", "writers write"),
    Setting("secure_delete", "ON", "deleted content does not stay in the file"),
)

SQLITE_FILE = (
    *SQLITE,
    Setting("locking_mode", "NORMAL", "other programs can read the file meanwhile"),
    Setting("journal_mode", "WAL", "one write to disk for each commit"),
    Setting("fullfsync", "ON", "on macOS only this reaches the disk"),
    Setting("wal_autocheckpoint", "1000", "the log does not grow without limit"),
)


def options(schema: str, given: str) -> str:
    """The settings in the form of libpq's `options`, for every server that we support.

    Args:
        given: The options of the address. They come last, so they win.
    """
    ours = [setting for setting in POSTGRESQL if setting.since == 0]
    named = [("search_path", schema), *((setting.name, setting.value) for setting in ours)]
    return " ".join([*(f"-c {name}={_escaped(value)}" for name, value in named), *([given] if given else [])])


def complete(engine: sa.Engine, given: str) -> None:
    """Set on each new connection what only newer servers know, unless the address sets it."""

    @sa.event.listens_for(engine, "connect")
    def set_what_is_new(driver: "sa.engine.interfaces.DBAPIConnection", _record: object) -> None:
        version = driver.info.server_version // 10_000
        for setting in POSTGRESQL:
            if 0 < setting.since <= version and f"{setting.name}=" not in given:
                driver.execute(f"SET {setting.name} = '{setting.value}'")


def _escaped(value: str) -> str:
    """Spaces separate the arguments within `options` (PostgreSQL's documentation, 34.1.2)."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")

"""The log of `serve` on stderr, for the person who runs the server."""

import logging

from ..simulation.remote.threads import NAMES


def concerns_the_server(record: logging.LogRecord) -> bool:
    """Whether a record belongs into the log of the server.

    Warnings from within a world do not, such as a webhook that a fault lost: the world's messages tell of it. Every
    exception does.
    """
    is_in_a_world = (record.threadName or "").startswith(NAMES)
    return not is_in_a_world or record.exc_info is not None


def write_log() -> None:
    """Log the warnings and errors of this process to stderr."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(concerns_the_server)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)

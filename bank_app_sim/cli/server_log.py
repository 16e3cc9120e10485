"""The log of `serve`, on stderr: what concerns whoever runs the server."""

import logging

from ..simulation.remote.threads import NAMES


def concerns_the_server(record: logging.LogRecord) -> bool:
    """What happens in somebody's world is told there, in its messages: a webhook that was lost on purpose, say.

    That a world has gone wrong, and every mistake of ours, concerns the server.
    """
    is_in_a_world = (record.threadName or "").startswith(NAMES)
    return not is_in_a_world or record.exc_info is not None


def write_log() -> None:
    """Write warnings and errors of this process to stderr."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(concerns_the_server)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)

"""The SDK's log: standard logging, on the logger `impact_sdk`. Each record has an event and fields.

`IMPACT_SDK_LOG=debug` (or `info`) shows it where the host shows its own log; on standard error if the host shows none.
"""

import functools
import logging
import os

from .mistakes.wrong import wrong

logger = logging.getLogger("impact_sdk")

VARIABLE = "IMPACT_SDK_LOG"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}


def fields(event: str, **values: object) -> dict[str, object]:
    """The fields of a log record, for `extra=`. No name collides with one of logging's own.

    Args:
        event: The name of the event. It stays the same even if the sentence changes.
    """
    return {"impact_event": event, **{f"impact_{name}": value for name, value in values.items()}}


@functools.cache
def show(wanted: str) -> None:
    """Show the log from a level on; `ConfigurationError` if there is no such level."""
    level = LEVELS.get(wanted.strip().lower())
    if level is None:
        raise wrong(VARIABLE, wanted, "debug or info")
    logger.setLevel(level)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def show_as_the_environment_says() -> None:
    """Show the log if the variable is set. Later calls change nothing."""
    if wanted := os.environ.get(VARIABLE):
        show(wanted)

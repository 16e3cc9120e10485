"""What the SDK logs: standard logging, on the logger `impact_sdk`, with an event and fields in each record.

`IMPACT_SDK_LOG=debug`, or `info`, shows it where the host shows its own log, and on standard error where it shows none.
"""

import functools
import logging
import os

from .mistakes.wrong import wrong

logger = logging.getLogger("impact_sdk")

VARIABLE = "IMPACT_SDK_LOG"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}


def fields(event: str, **values: object) -> dict[str, object]:
    """What a record has besides its sentence, as `extra=` takes it: no name of it is one of logging's own.

    Args:
        event: What has happened: a name that stays the same, whatever the sentence says.
    """
    return {"impact_event": event, **{f"impact_{name}": value for name, value in values.items()}}


@functools.cache
def show(wanted: str) -> None:
    """Show the log from a level on; `ConfigurationError` where there is no such level."""
    level = LEVELS.get(wanted.strip().lower())
    if level is None:
        raise wrong(VARIABLE, wanted, "debug or info")
    logger.setLevel(level)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def show_as_the_environment_says() -> None:
    """Do so where the variable is set: once, however many clients there are."""
    if wanted := os.environ.get(VARIABLE):
        show(wanted)

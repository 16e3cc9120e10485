"""How a command ends that is ended by others: quietly, and with the exit code that shells expect."""

import os
import sys
from collections.abc import Callable

from ..timeline.trace import Message

# As of a process that SIGPIPE has ended: `bank-app-sim openapi | head` is no failure of anybody.
NOBODY_READS = 141
INTERRUPTED = 130


def hush() -> None:
    """Nobody reads what is printed any more: neither what follows, nor what Python still holds at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    try:
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def quietly(show: Callable[[Message], None]) -> Callable[[Message], None]:
    """The same for whoever is told in the middle of a world: that goes on although nobody reads of it."""

    def shown(message: Message) -> None:
        try:
            show(message)
        except BrokenPipeError:
            hush()

    return shown

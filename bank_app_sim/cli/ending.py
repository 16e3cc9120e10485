"""Ends a command quietly, with the exit code that shells expect, if somebody interrupts it or stops reading."""

import os
import sys
from collections.abc import Callable

from ..timeline.trace import Message

# The exit code of a process that SIGPIPE has ended, as in `bank-app-sim openapi | head`.
NOBODY_READS = 141
INTERRUPTED = 130


def hush() -> None:
    """Throw away all further output, and what Python still holds in its buffers: nobody reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    try:
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def quietly(show: Callable[[Message], None]) -> Callable[[Message], None]:
    """Wrap a listener of a world's messages: the world goes on if nobody reads the output any more."""

    def shown(message: Message) -> None:
        try:
            show(message)
        except BrokenPipeError:
            hush()

    return shown

"""How a command ends that is ended by others: quietly, and with the exit code that shells expect."""

import os
import sys

# As of a process that SIGPIPE has ended: `bank-app-sim openapi | head` is no failure of anybody.
NOBODY_READS = 141
INTERRUPTED = 130


def hush() -> None:
    """Nobody reads what is printed any more: neither what follows, nor what Python still holds at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

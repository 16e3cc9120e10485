"""A time limit for regular expressions and JSONPaths of a document, which could run for ever."""

import contextlib
import gc
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# CPU time of this process: a busy machine makes no difference.
SECONDS = 0.5
# The first signal is lost if it comes in a finalizer.
AGAIN_AFTER_SECONDS = 0.1


class TookTooLong(Exception):
    """The time limit has passed."""


@contextlib.contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `TookTooLong` in the block after so many seconds.

    Only a signal ends a regular expression. Signals reach the main thread of a Unix process, where the command line
    runs documents; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before, collects = signal.signal(signal.SIGVTALRM, _stop), gc.isenabled()
    gc.disable()  # an error raised in a collection is lost, too
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN_AFTER_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collects:
            gc.enable()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLong

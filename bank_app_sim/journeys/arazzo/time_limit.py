"""An end to what a document can make take for ever: a regular expression or a JSONPath over somebody's answer."""

import contextlib
import gc
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# Of this process at work, so that a busy machine does not count.
SECONDS = 0.5
# Where the first one is lost, as what is raised in a finalizer is.
AGAIN_AFTER_SECONDS = 0.1


class TookTooLong(Exception):
    """What was to be done is not done."""


@contextlib.contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `TookTooLong` within the block once so many seconds have passed.

    By a signal, as nothing else ends a regular expression; signals come to the main thread of a Unix process, which is
    where the command line runs documents. Elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before, collects = signal.signal(signal.SIGVTALRM, _stop), gc.isenabled()
    gc.disable()  # what is raised within a collection is lost, too
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

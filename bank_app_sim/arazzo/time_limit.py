"""An end to what a document can make take for ever: a regular expression or a JSONPath over somebody's answer."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SECONDS = 2.0


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
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLong

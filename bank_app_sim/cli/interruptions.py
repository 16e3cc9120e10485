"""Ctrl-C and SIGTERM during a run: the first ends it, and what was done is told; the next ends the process."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import attrs

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@attrs.define
class Interruption:
    """What has come so far.

    Attributes:
        number: Of the signal; 0 as long as there was none.
    """

    number: int = 0

    @property
    def exit_code(self) -> int:
        """As shells count: 130 for Ctrl-C."""
        return 128 + self.number

    @property
    def reason(self) -> str:
        return "interrupted by SIGTERM" if self.number == signal.SIGTERM else "interrupted by Ctrl-C"

    def caught(self) -> None:
        """A KeyboardInterrupt has arrived; whoever asks once more has waited long enough."""
        self.number = self.number or signal.SIGINT
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                signal.signal(number, _end_at_once)

    def terminate(self, number: int, _frame: Any) -> None:
        # As Ctrl-C, which event loops bring to where it ends tasks in order. Raised here, it could be anywhere.
        self.number = number
        signal.raise_signal(signal.SIGINT)


def _end_at_once(number: int, _frame: Any) -> None:
    os._exit(128 + number)


@contextlib.contextmanager
def heard() -> Iterator[Interruption]:
    """Within the block SIGTERM raises KeyboardInterrupt, as Ctrl-C does."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # no other may
        yield interruption
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGTERM, interruption.terminate)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Ctrl-C and SIGTERM during a run: the first ends it, and what was done is told; the second ends the process."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import attrs


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
        return "interrupted by Ctrl-C" if self.number == signal.SIGINT else "interrupted by SIGTERM"

    def take(self, number: int, _frame: Any) -> None:
        if self.number:
            os._exit(128 + number)  # whoever asks twice has waited long enough
        self.number = number
        raise KeyboardInterrupt


@contextlib.contextmanager
def heard() -> Iterator[Interruption]:
    """Within the block both signals raise KeyboardInterrupt, once."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # no other may
        yield interruption
        return
    before = {number: signal.signal(number, interruption.take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

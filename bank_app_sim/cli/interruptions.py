"""Ctrl-C and SIGTERM during a run. The first ends the run and prints its results; the second kills the process."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import attrs


@attrs.define
class Interruption:
    """The signal that interrupted a run.

    Attributes:
        number: Of the signal; 0 before it arrives.
    """

    number: int = 0

    @property
    def exit_code(self) -> int:
        """As shells count it: 130 for Ctrl-C."""
        return 128 + self.number

    @property
    def reason(self) -> str:
        return "interrupted by SIGTERM" if self.number == signal.SIGTERM else "interrupted by Ctrl-C"

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Within the block Ctrl-C and SIGTERM raise KeyboardInterrupt."""
        with _handled(signal.SIGINT, signal.default_int_handler), _handled(signal.SIGTERM, self._terminate):
            yield

    def caught(self) -> None:
        """Note a KeyboardInterrupt. From now on the next signal kills the process."""
        self.number = self.number or signal.SIGINT
        for number in (signal.SIGINT, signal.SIGTERM):
            if _is_ours(number):
                signal.signal(number, self._note)

    def _terminate(self, number: int, _frame: Any) -> None:
        # Event loops handle Ctrl-C in a safe place. An exception raised here could interrupt any line.
        self.number = number
        signal.raise_signal(signal.SIGINT)

    def _note(self, number: int, _frame: Any) -> None:
        if self.number:
            os._exit(128 + number)
        self.number = number


@contextlib.contextmanager
def put_off() -> Iterator[Interruption]:
    """Within the block the first signal waits for the end of the block, so that files are written whole.

    Parts of the block that a signal may interrupt are in `Interruption.heard()`.
    """
    interruption = Interruption()
    with _handled(signal.SIGINT, interruption._note), _handled(signal.SIGTERM, interruption._note):
        yield interruption


@contextlib.contextmanager
def _handled(number: int, handler: Callable[[int, Any], Any]) -> Iterator[None]:
    if not _is_ours(number):
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _is_ours(number: int) -> bool:
    """Whether to handle a signal. nohup wants ignored ones ignored, and only the main thread can handle any."""
    return threading.current_thread() is threading.main_thread() and signal.getsignal(number) is not signal.SIG_IGN

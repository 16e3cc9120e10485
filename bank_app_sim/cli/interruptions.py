"""Ctrl-C and SIGTERM during a run: the first ends it, and what was done is told; the next ends the process."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
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
        return "interrupted by SIGTERM" if self.number == signal.SIGTERM else "interrupted by Ctrl-C"

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Within the block Ctrl-C raises KeyboardInterrupt, and SIGTERM does too."""
        with _handled(signal.SIGINT, signal.default_int_handler), _handled(signal.SIGTERM, self._terminate):
            yield

    def caught(self) -> None:
        """A KeyboardInterrupt has arrived; whoever asks once more has waited long enough."""
        self.number = self.number or signal.SIGINT
        for number in (signal.SIGINT, signal.SIGTERM):
            if _is_ours(number):
                signal.signal(number, self._note)

    def _terminate(self, number: int, _frame: Any) -> None:
        # As Ctrl-C, which event loops bring to where it ends tasks in order. Raised here, it could be anywhere.
        self.number = number
        signal.raise_signal(signal.SIGINT)

    def _note(self, number: int, _frame: Any) -> None:
        if self.number:
            os._exit(128 + number)
        self.number = number


@contextlib.contextmanager
def put_off() -> Iterator[Interruption]:
    """Within the block the first signal waits for its end, so that what is being written down is whole.

    Where it is to be heard at once, the block says so (`Interruption.heard()`).
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
    """A signal that is ignored stays so, as nohup wants it; and only the main thread may handle any."""
    return threading.current_thread() is threading.main_thread() and signal.getsignal(number) is not signal.SIG_IGN

"""Captures the log (at DEBUG), stdout and stderr of this process while a callback is tried."""

import contextlib
import io
import logging
import sys
from typing import TYPE_CHECKING, Self

from .leaks import Heard

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

BEFORE_THE_FIRST_TRIAL = "import"


class Hearing:
    """Captures all output, and keeps it from the terminal.

    Attributes:
        trial: The name of the trial that runs now.
    """

    def __init__(self) -> None:
        self.trial = BEFORE_THE_FIRST_TRIAL
        self._pieces: list[tuple[str, str, str]] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for place in ("stdout", "stderr"):
            kept: object = getattr(sys, place)
            setattr(sys, place, io.TextIOWrapper(_Ear(self, place), "utf-8", "replace", write_through=True))
            self._stack.callback(setattr, sys, place, kept)
        handler = _LogEar(self)
        root = logging.getLogger()
        root.addHandler(handler)
        self._stack.callback(root.removeHandler, handler)
        self._stack.callback(root.setLevel, root.level)
        root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def hear_everything(self) -> None:
        """Capture the log at DEBUG, whatever level the bank's module has set. Its own handlers keep their level."""
        root = logging.getLogger()
        for handler in root.handlers:
            if handler.level == logging.NOTSET and not isinstance(handler, _LogEar):
                self._stack.callback(handler.setLevel, handler.level)
                handler.setLevel(root.level)
        root.setLevel(logging.DEBUG)

    def keep(self, place: str, text: str) -> None:
        self._pieces.append((place, self.trial, text))

    @property
    def heard(self) -> list[Heard]:
        """What was captured, in order. Text that was printed in pieces is joined, for each trial."""
        printed: dict[tuple[str, str], list[str]] = {}
        heard: list[Heard] = []
        for place, trial, text in self._pieces.copy():
            if place in ("stdout", "stderr"):
                printed.setdefault((place, trial), []).append(text)
            else:
                heard.append(Heard(place=place, trial=trial, text=text))
        together = (Heard(place=place, trial=trial, text="".join(texts)) for (place, trial), texts in printed.items())
        return [*together, *heard]

    @property
    def printed(self) -> str:
        """What the bank printed on stdout and stderr, in order."""
        return "".join(text for place, _, text in self._pieces if place in ("stdout", "stderr"))


class _Ear(io.RawIOBase):
    """Takes the place of stdout or stderr."""

    def __init__(self, hearing: Hearing, place: str) -> None:
        self._hearing = hearing
        self._place = place

    def writable(self) -> bool:
        return True

    def write(self, content: "ReadableBuffer") -> int:
        self._hearing.keep(self._place, bytes(content).decode("utf-8", "replace"))
        return len(bytes(content))


class _LogEar(logging.Handler):
    """Captures each log record, with its exception."""

    def __init__(self, hearing: Hearing) -> None:
        super().__init__()
        self._hearing = hearing
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("uvicorn"):  # it is of the world that the check serves
            self._hearing.keep("log", self.format(record))

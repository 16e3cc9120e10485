"""Command lines as they can be pasted into a shell."""

import os
import shlex
from collections.abc import Iterable


def pasted(words: Iterable[str]) -> str:
    """The words, each quoted where a shell would take it apart; on one line that can be seen, whatever is in them."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    # What moves a terminal's cursor, or ends a line, is written out; bash, zsh and the coming POSIX read it so.
    return "$'" + "".join(map(_written, os.fsencode(word))) + "'"


def _written(byte: int) -> str:
    sign = chr(byte)
    if sign in "'\\":
        return f"\\{sign}"
    return sign if sign.isascii() and sign.isprintable() else f"\\x{byte:02x}"

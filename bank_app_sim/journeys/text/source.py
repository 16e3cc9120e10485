"""Texts of scripts, read from files: of files only, of a size that a script can have, and as UTF-8."""

import os
import stat
from pathlib import Path

from .mistakes import Mistake, Place, lines_of

# A thousand times as long as a journey that somebody reads.
LARGEST_BYTES = 1_000_000


def text_of(path: Path) -> str:
    """What is written in a file, without the mark of byte order that some editors put before it.

    Raises:
        Mistake: It is no script: no file, too large, or no text.
        OSError: It cannot be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # of what it leads to, and before a device or a pipe is opened
        raise Mistake("this is no file with a text in it, but a device, a pipe or a folder", Place(str(path), 1, 1))
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Mistake(f"this is larger than {LARGEST_BYTES} bytes; no journey is so long", Place(str(path), 1, 1))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = lines_of(content[: error.start].decode("utf-8-sig"))
        place = Place(str(path), len(before), len(before[-1]) + 1)
        raise Mistake("this is no text in UTF-8; save the file so", place) from error

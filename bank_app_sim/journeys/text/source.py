"""Files that people give: plain files, no longer than a text of their kind, in UTF-8."""

from pathlib import Path

from .mistakes import Mistake, Place, lines_of

# A thousand times as long as a journey that a person reads.
LARGEST_SCRIPT = 1_000_000


class UnfitFile(Exception):
    """A file that is not read: a folder, a device, or a file that is too large."""


def content_of(path: Path, *, largest: int) -> bytes:
    """What is in a file.

    Args:
        largest: Its most bytes.

    Raises:
        UnfitFile: It is not a plain file, or it is too large.
        OSError: It cannot be read.
    """
    if path.exists() and not path.is_file():  # follows links, and looks before it opens a device or a pipe
        raise UnfitFile("a folder, not a file" if path.is_dir() else "a device or a pipe, not a file")
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise UnfitFile(f"a file of more than {largest:,} bytes, the most that is read")
    return content


def text_of(path: Path, *, largest: int = LARGEST_SCRIPT) -> str:
    """The text in a file, without the byte order mark that some editors put before it.

    Raises:
        Mistake: It is not a plain file, too large, or not a text.
        OSError: It cannot be read.
    """
    try:
        content = content_of(path, largest=largest)
    except UnfitFile as error:
        raise Mistake(f"this is {error}", Place(str(path), 1, 1)) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = lines_of(content[: error.start].decode("utf-8-sig"))
        place = Place(str(path), len(before), len(before[-1]) + 1)
        raise Mistake("this is not UTF-8; save the file as a text in UTF-8", place) from error

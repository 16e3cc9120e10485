"""Lines that fit the terminal, and keep their indent where they are broken."""

import itertools
import os
import re
import shutil
import sys
import textwrap

# What colours take is not seen.
ANSI = re.compile(r"\x1b\[[0-9;]*m")

# The sign below a place.
SIGN = re.compile(r"\s+\^")

# Narrower than that a line is left as it is.
NARROWEST = 24

# A few words, some spaces, and what is told: what goes on goes on below what is told.
NAMED = re.compile(r"\s*\S+(?: \S+){0,4} {2,}(?=\S)|\s*")

# To be copied, and pasted as it is.
COPIED = re.compile(r"\s*(repeat it|again:) ")


def counted(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def width() -> int | None:
    """Of the terminal, or as COLUMNS says; None where the lines go into a file."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def fitted(text: str, columns: int | None = None) -> str:
    """The text in lines of the terminal's width, each with the indent of the line that it goes on with."""
    columns = width() if columns is None else columns
    if columns is None or columns < NARROWEST:
        return text
    lines = text.split("\n")
    for n, (line, below) in enumerate(itertools.pairwise(lines)):
        if SIGN.fullmatch(below):  # it shows a place in the line above, which is cut so that the place is still there
            begin = max(0, len(below) - columns * 2 // 3) if len(line) > columns else 0
            indent = line[: len(line) - len(line.lstrip())]
            lines[n] = (indent + line[len(indent) + begin :])[:columns]
            lines[n + 1] = indent + below[len(indent) + begin :]
    return "\n".join(_fitted(line, columns) for line in lines)


def _fitted(line: str, columns: int) -> str:
    if len(ANSI.sub("", line)) <= columns or COPIED.match(line):
        return line
    begin = NAMED.match(line)
    indent = len(ANSI.sub("", begin[0])) if begin else 0
    if indent > columns // 2:
        indent = len(line) - len(line.lstrip()) + 2
    # Colours are in a few lines only, and at their ends: a little too short there is no harm.
    return textwrap.fill(
        line,
        columns,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
        expand_tabs=False,
    )

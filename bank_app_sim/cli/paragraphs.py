"""Breaks lines to the width of the terminal, and keeps their indent."""

import itertools
import os
import re
import shutil
import sys
import textwrap

# The codes of colours, which take no room on a terminal.
ANSI = re.compile(r"\x1b\[[0-9;]*m")

# A line whose `^` points at a place in the line above.
SIGN = re.compile(r"\s+\^")

# On a narrower terminal lines are not broken.
NARROWEST = 24

# A few words, some spaces, a text: the text continues below its beginning.
NAMED = re.compile(r"\s*\S+(?: \S+){0,4} {2,}(?=\S)|\s*")

# Lines that people copy and paste: they are not broken.
COPIED = re.compile(r"\s*(repeat it|again:) ")


def counted(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def width() -> int | None:
    """The width of the terminal, or COLUMNS; None if the lines go into a file."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def fitted(text: str, columns: int | None = None) -> str:
    """Break a text into lines of the terminal's width. A broken line continues with its own indent."""
    columns = width() if columns is None else columns
    if columns is None or columns < NARROWEST:
        return text
    lines = text.split("\n")
    for n, (line, below) in enumerate(itertools.pairwise(lines)):
        if SIGN.fullmatch(below):  # cut the line above so that the place stays visible
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
    # Only a few lines have colours, at their ends. Those lines may become a little too short.
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

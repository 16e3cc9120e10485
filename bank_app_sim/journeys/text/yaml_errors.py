"""What is wrong with a text that is no YAML, in words for the people who write it."""

import re
from typing import Any

import yaml

from .mistakes import lines_of

Explained = tuple[str, int, int]

_AT_PROBLEM, _AT_CONTEXT = "problem_mark", "context_mark"

# By the message of the parser: which of its two places to report, and a sentence.
_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (r"\\t", _AT_PROBLEM, "there is a tab; indent with spaces"),
    (
        r"while scanning a quoted scalar.*(end of stream|document separator)",
        _AT_CONTEXT,
        "this quote is never closed",
    ),
    (
        r"unknown escape|expected escape sequence",
        _AT_PROBLEM,
        "in double quotes a backslash begins an escape sequence; write it twice, or use single quotes",
    ),
    (
        r"could not find expected ':'",
        _AT_CONTEXT,
        "a colon is missing here: write a name, a colon, a space, and a value",
    ),
    (
        r"sequence entries are not allowed",
        _AT_PROBLEM,
        "a `-` begins an item of a list, and has to stand at the beginning of a line",
    ),
    (
        r"while scanning a block scalar",
        _AT_CONTEXT,
        "`>` and `|` begin a text of several lines; to compare, write for example at least 2, more than 2 or at most 2",
    ),
    (r"while scanning (an alias|an anchor)", _AT_CONTEXT, "put a text that begins with * or & in quotes"),
    (r"while (scanning|parsing) a (tag|node).*tag", _AT_CONTEXT, "put a text that begins with ! in quotes"),
    (
        r"while scanning a directive",
        _AT_CONTEXT,
        "a line that begins with % is an instruction to the parser; remove it",
    ),
    (
        r"found character '(.)' that cannot start any token",
        _AT_PROBLEM,
        r"a text that begins with \1 needs quotes",
    ),
    (
        r"(?s)expected <block end>.*\n-\w",
        _AT_PROBLEM,
        "put a space behind the `-`",
    ),
    (
        r"expected <block end>, but found '([\]}])'",
        _AT_PROBLEM,
        r"this `\1` closes nothing",
    ),
    (
        r"expected <block end>",
        _AT_PROBLEM,
        "this does not fit the lines above; check the indentation, and whether a `-` or a colon is missing",
    ),
    (
        r"expected the node content, but found '(.*)'",
        _AT_PROBLEM,
        r"expected a value, but there is `\1`; put a text with such signs in quotes",
    ),
    (
        r"expected '<document start>', but found '(.*)'",
        _AT_PROBLEM,
        r"the text has ended before this `\1`; check quotes, and brackets that are closed too often",
    ),
)


def explained(error: Any, text: str) -> Explained:
    """A sentence, and a line and a column from 1, which lie within the text."""
    if isinstance(error, yaml.reader.ReaderError):
        before = lines_of(text[: error.position])
        sign = f"U+{ord(text[error.position]):04X}"
        return f"the character {sign} cannot be in a text; remove it", len(before), len(before[-1]) + 1
    whole = f"{error.context or ''} {error.problem or ''}\n{_line_at(error.problem_mark, text)}"
    if "mapping values are not allowed" in whole:
        return _second_colon(error, text)
    if "while parsing a flow" in whole and "expected the node content" not in whole:
        return _open_bracket(error, text)
    for pattern, mark, sentence in _SENTENCES:
        if match := re.search(pattern, whole, flags=re.DOTALL):
            return _at(getattr(error, mark) or error.problem_mark, match.expand(sentence), text)
    return _at(error.problem_mark or error.context_mark, f"this is not YAML: {error.problem}", text)


def _line_at(mark: Any, text: str) -> str:
    """The rest of the line from a mark on."""
    return lines_of(text)[mark.line][mark.column :] if mark else ""


def _at(mark: Any, sentence: str, text: str) -> Explained:
    """The place of a mark; if it is after all lines with text, the end of the last of these."""
    lines = lines_of(text)
    line = min(mark.line, len(lines) - 1)
    column = mark.column
    while line and not lines[line].strip():
        line -= 1
        column = len(lines[line])
    return sentence, line + 1, min(column, len(lines[line])) + 1


def _second_colon(error: Any, text: str) -> Explained:
    mark = error.problem_mark
    lines = lines_of(text)
    before = lines[mark.line][: mark.column]
    if re.search(r":\s", before):
        return _at(
            mark, "there is a second colon in this line; put the text in quotes, or the rest on a line of its own", text
        )
    above = next((line for line in reversed(lines[: mark.line]) if line.strip()), "").strip().removeprefix("- ")
    sentence = f"this continues the line above; put a colon after {above!r} there, or a `-` before this"
    return sentence, mark.line + 1, len(before) - len(before.lstrip()) + 1


def _open_bracket(error: Any, text: str) -> Explained:
    """A bracket that is never closed; reported at the bracket, unless something in its line is wrong."""
    if message := _unquoted_message(error.problem_mark, text):
        return message
    opened, closed = ("[", "]") if "sequence" in error.context else ("{", "}")
    if error.problem_mark.line == error.context_mark.line:
        return _at(error.problem_mark, f"a comma or a `{closed}` is missing here", text)
    return _at(error.context_mark, f"this `{opened}` is never closed; a `{closed}` is missing", text)


_MESSAGE_WITH_ID = re.compile(r"(?<![\"'])\b[A-Z]+ /[^\s,{}\"']*\{[^{}]*\}[^\s,:{}\"']*")


def _unquoted_message(mark: Any, text: str) -> Explained | None:
    """`{what: PATCH /transactions/{id}}`: in YAML the second brace begins a mapping."""
    line = lines_of(text)[mark.line] if mark else ""
    for match in _MESSAGE_WITH_ID.finditer(line):
        if match.start() <= mark.column <= match.end() + 1:
            sentence = f'put it in quotes, "{match[0]}": between brackets a {{ begins a mapping'
            return sentence, mark.line + 1, match.start() + 1
    return None

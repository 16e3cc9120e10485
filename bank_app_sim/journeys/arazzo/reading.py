"""YAML or JSON into plain values, with the place of each: a mistake is reported with its line and column."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from ..text.mistakes import Mistake, Place
from ..text.nodes import Listed, Mapped, Node, Plain
from ..text.source import text_of
from ..text.yaml_reader import Format, read_yaml, refuse_names_twice
from .errors import DocumentError

# Documents have some thousand lines; a larger one is a mistake or an attack. A name of YAML that stands for a list of
# such names, and so on, is small in the file and has no end in memory: `MOST_VALUES`.
LARGEST_FILE = 500_000
MOST_VALUES = 100_000
DEEPEST = 100

DOCUMENTS = Format(name="document", needs="an Arazzo document is expected", deepest=DEEPEST, has_anchors=True)

# The way to a value from the root: names and positions.
Steps = tuple[str | int, ...]


@attrs.frozen(kw_only=True)
class Source:
    """A document as it was read.

    Attributes:
        value: Plain values: no dates, and only true and false are truth values.
        places: Where each value begins.
        keys: Where the name of each value in a mapping begins.
    """

    file: str
    # Inputs can have a secret as their default.
    value: Any = attrs.field(repr=False)
    places: dict[Steps, Place] = attrs.field(repr=False)
    keys: dict[Steps, Place] = attrs.field(repr=False)

    def error(self, steps: Steps, sentence: str, *, at_key: bool = False) -> DocumentError:
        """An error about the value at the end of `steps`, or about its name; if there is none, about its parent."""
        if at_key and steps in self.keys:
            return DocumentError(sentence, self.keys[steps])
        known = next(steps[:length] for length in range(len(steps), -1, -1) if steps[:length] in self.places)
        return DocumentError(sentence, self.places[known])

    def line(self, steps: Steps) -> int:
        """The line where a value begins, from 1."""
        return self.places[steps].line


def read(file: Path) -> Source:
    """The document in a file.

    Raises:
        DocumentError: It is neither YAML nor JSON.
        OSError: It cannot be read.
    """
    try:
        text = text_of(file, largest=LARGEST_FILE)
    except Mistake as mistake:
        raise DocumentError(mistake.sentence, mistake.place) from mistake
    return parse(text, file=str(file))


def parse(text: str, *, file: str) -> Source:
    """As `read()`, of a text that came from `file`."""
    if len(text) > LARGEST_FILE:
        sentence = f"this has {len(text):,} characters, and at most {LARGEST_FILE:,} are read as YAML"
        raise DocumentError(sentence, Place(file, 1, 1))
    # YAML takes no tab for indentation. JSON does, and has tabs nowhere else.
    plain = text.replace("\t", "  ") if text.lstrip().startswith("{") else text
    places: dict[Steps, Place] = {}
    keys: dict[Steps, Place] = {}
    try:
        value = _Walk(places, keys).value(read_yaml(plain, file, DOCUMENTS), ())
    except Mistake as mistake:
        raise DocumentError(mistake.sentence, mistake.place) from mistake
    return Source(file=file, value=value, places=places, keys=keys)


@attrs.frozen
class _Walk:
    """Turns nodes into values, and notes their places."""

    places: dict[Steps, Place]
    keys: dict[Steps, Place]

    def value(self, node: Node, steps: Steps) -> Any:
        self.places[steps] = node.place
        if len(steps) > DEEPEST:  # anchors can be within each other
            raise Mistake(f"this is nested deeper than {DEEPEST} levels", node.place)
        if len(self.places) > MOST_VALUES:
            sentence = f"the document has more than {MOST_VALUES:,} values, those behind '*' counted each time"
            raise Mistake(sentence, node.place)
        if isinstance(node, Mapped):
            named = Mapped(tuple((attrs.evolve(name, text=_read(_text, name)), child) for name, child in node))
            refuse_names_twice(named)
            self.keys.update({(*steps, name.text): name.place for name, _ in named})
            return {name.text: self.value(child, (*steps, name.text)) for name, child in named}
        if isinstance(node, Listed):
            return [self.value(child, (*steps, position)) for position, child in enumerate(node.items)]
        return _meaning(node)


def _meaning(node: Plain) -> Any:
    """The value of a text as JSON knows values (YAML 1.2): `2027-01-04` is a text, and so are `no` and `12:30`."""
    kind = _kind_of(node)
    if kind not in _VALUES:
        raise Mistake(f"the tag {node.tag} cannot be here; leave it out", node.place)
    return _read(_VALUES[kind], node)


def _kind_of(node: Plain) -> str:
    if node.tag not in (None, "!"):
        return str(node.tag).removeprefix("tag:yaml.org,2002:")
    if node.is_quoted:
        return "str"
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(node.text)), "str")


def _read(read_text: Callable[[str], Any], node: Plain) -> Any:
    try:
        return read_text(node.text)
    except ValueError as error:
        raise Mistake(str(error), node.place) from error


def _integer(text: str) -> int | float:
    # int() refuses texts of some thousand digits, and is slow for shorter ones.
    return int(text) if len(text) <= 20 else _number(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("this number is too large")
    return number


def _text(text: str) -> str:
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        return text
    try:  # JSON writes characters beyond 16 bits in two halves
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ValueError("half of a character (a lone surrogate) cannot be in a text") from None


_VALUES: dict[str, Callable[[str], Any]] = {
    "null": lambda _text: None,
    "bool": lambda text: text == "true",
    "int": _integer,
    "float": _number,
    "str": _text,
}
_PATTERNS = {
    "null": re.compile(r"null|~|"),
    "bool": re.compile(r"true|false"),
    "int": re.compile(r"[-+]?[0-9]+"),
    "float": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
}

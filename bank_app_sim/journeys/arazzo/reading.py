"""YAML or JSON into plain values, with the place of each: a mistake is reported with its line and column."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import yaml

from .errors import DocumentError

# Documents have some thousand lines; what is beyond these is a mistake, or is meant to be in the way. A name of YAML
# that stands for a list of such names, and so on, is small in the file and has no end in memory: `MOST_VALUES`.
LARGEST_FILE = 500_000
MOST_VALUES = 100_000
DEEPEST = 100

# How to come to a value from the root: names and positions.
Steps = tuple[str | int, ...]


@attrs.frozen
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@attrs.frozen(kw_only=True)
class Source:
    """A document as it was read.

    Attributes:
        value: Plain values: no dates, and no words but true and false for truth.
        places: Where each value begins.
        keys: Where the name of each value in a mapping begins.
    """

    file: str
    # Inputs can have a secret as their default.
    value: Any = attrs.field(repr=False)
    places: dict[Steps, Place] = attrs.field(repr=False)
    keys: dict[Steps, Place] = attrs.field(repr=False)

    def error(self, steps: Steps, sentence: str, *, at_key: bool = False) -> DocumentError:
        """About the value that `steps` lead to, or about its name; about what is around it where there is none."""
        if at_key and steps in self.keys:
            place = self.keys[steps]
        else:
            known = next(steps[:length] for length in range(len(steps), -1, -1) if steps[:length] in self.places)
            place = self.places[known]
        return DocumentError(sentence, file=self.file, line=place.line, column=place.column)

    def line(self, steps: Steps) -> int:
        return self.places[steps].line


class _Loader(yaml.SafeLoader):
    """YAML as JSON knows values (the core schema of YAML 1.2): `2027-01-04` is a text, and so are `no` and `12:30`."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML's own way to begin without any

    # Before PyYAML comes to what is within: it goes down by recursion, and takes its time over depth.
    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        self._go_down(self.flow_level)
        super().fetch_flow_collection_start(token)

    def add_indent(self, column: int) -> bool:
        self._go_down(len(self.indents))
        return bool(super().add_indent(column))

    def _go_down(self, level: int) -> None:
        if level >= DEEPEST:
            raise _TooDeep(None, None, f"this is nested deeper than {DEEPEST} levels", self.get_mark())


class _TooDeep(yaml.MarkedYAMLError):
    """It may be YAML."""


def _integer(text: str) -> int | float:
    # int() refuses more than some thousand digits, and takes its time over fewer.
    return int(text) if len(text) <= 20 else _number(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("this number is too large")
    return number


def _text(text: str) -> str:
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        return text
    try:  # JSON writes what is beyond 16 bits in two halves
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
_TAG = "tag:yaml.org,2002:"
for _name, _pattern, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), _first)


def read(file: Path) -> Source:
    """The document in a file.

    Raises:
        DocumentError: It is neither YAML nor JSON.
        OSError: It cannot be read.
    """
    try:
        text = content(file, largest=LARGEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = f"this is no text in UTF-8 (byte {error.start}); an Arazzo document is YAML or JSON"
        raise DocumentError(sentence, file=str(file), line=1, column=1) from error
    except UnfitFile as error:
        raise DocumentError(f"this is {error}", file=str(file), line=1, column=1) from error
    return parse(text, file=str(file))


class UnfitFile(Exception):
    """A file that is not read: a device, or more than is read of any."""


def content(file: Path, *, largest: int) -> bytes:
    """What is in a file.

    Raises:
        UnfitFile: It is no plain file, or has more bytes than `largest`.
        OSError: It cannot be read.
    """
    if file.exists() and not file.is_file():
        raise UnfitFile("a folder" if file.is_dir() else "a device or a pipe, and no file")
    with file.open("rb") as opened:
        found = opened.read(largest + 1)
    if len(found) > largest:
        raise UnfitFile(f"a file of more than {largest:,} bytes, which is more than is read")
    return found


def parse(text: str, *, file: str) -> Source:
    """As `read()`, of a text that came from `file`."""
    if len(text) > LARGEST_FILE:
        sentence = f"this has {len(text):,} characters, and at most {LARGEST_FILE:,} are read as YAML"
        raise DocumentError(sentence, file=file, line=1, column=1)
    try:
        return _parsed(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = str(error.problem or error.context)
        sentence = problem if isinstance(error, _TooDeep) else f"this is not YAML: {problem}"
        raise DocumentError(sentence, file=file, line=line, column=column) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        sentence = f"the character #x{error.character:04x} cannot be in YAML"
        raise DocumentError(sentence, file=file, line=line, column=column) from error


def _parsed(text: str, file: str) -> Source:
    # A tab is no indentation in YAML; in JSON, where it is one, it is never part of a value.
    loader = _Loader(text.replace("\t", "  ") if text.lstrip().startswith("{") else text)
    source = Source(file=file, value=None, places={}, keys={})
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError("the file is empty; an Arazzo document is expected", file=file, line=1, column=1)
        return attrs.evolve(source, value=_Walk(loader, file, source.places, source.keys).value(root, ()))
    finally:
        loader.dispose()


@attrs.frozen
class _Walk:
    loader: _Loader
    file: str
    places: dict[Steps, Place]
    keys: dict[Steps, Place]

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        self.places[steps] = _place(node)
        if len(steps) > DEEPEST:  # by names of YAML that stand for what they are within
            raise self._error(node, f"this is nested deeper than {DEEPEST} levels")
        if len(self.places) > MOST_VALUES:
            raise self._error(
                node, f"the document has more than {MOST_VALUES:,} values, those behind '*' counted each time"
            )
        if isinstance(node, yaml.MappingNode):
            return {name: self.value(child, (*steps, name)) for name, child in self._members(node, steps)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*steps, position)) for position, child in enumerate(node.value)]
        kind = node.tag.removeprefix(_TAG)
        if kind not in _VALUES:
            raise self._error(node, f"the tag {node.tag} cannot be here; leave it out")
        try:
            return _VALUES[kind](node.value)
        except ValueError as error:
            raise self._error(node, str(error)) from error

    def _members(self, node: yaml.MappingNode, steps: Steps) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a name is expected here")
            try:
                name = _text(key.value)
            except ValueError as error:
                raise self._error(key, str(error)) from error
            if name in seen:
                raise self._error(key, f"{name!r} is there twice")
            seen.add(name)
            self.keys[(*steps, name)] = _place(key)
            yield name, child

    def _error(self, node: yaml.Node, sentence: str) -> DocumentError:
        place = _place(node)
        return DocumentError(sentence, file=self.file, line=place.line, column=place.column)


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)

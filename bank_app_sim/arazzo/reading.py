"""YAML or JSON into plain values, with the place of each: a mistake is reported with its line and column."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import yaml

from .errors import DocumentError

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


_VALUES: dict[str, Callable[[str], Any]] = {
    "null": lambda _text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": float,
    "str": str,
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
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = f"this is no text in UTF-8 (byte {error.start}); an Arazzo document is YAML or JSON"
        raise DocumentError(sentence, file=str(file), line=1, column=1) from error
    return parse(text, file=str(file))


def parse(text: str, *, file: str) -> Source:
    """As `read()`, of a text that came from `file`."""
    try:
        return _parsed(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        sentence = f"this is not YAML: {error.problem or error.context}"
        raise DocumentError(sentence, file=file, line=line, column=column) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        sentence = f"the character #x{error.character:04x} cannot be in YAML"
        raise DocumentError(sentence, file=file, line=line, column=column) from error
    except RecursionError:
        raise DocumentError("this is nested too deeply to be read", file=file, line=1, column=1) from None


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
        if isinstance(node, yaml.MappingNode):
            return {name: self.value(child, (*steps, name)) for name, child in self._members(node, steps)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*steps, position)) for position, child in enumerate(node.value)]
        kind = node.tag.removeprefix(_TAG)
        if kind not in _VALUES:
            raise self._error(node, f"the tag {node.tag} cannot be here; leave it out")
        return _VALUES[kind](node.value)

    def _members(self, node: yaml.MappingNode, steps: Steps) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a name is expected here")
            if key.value in seen:
                raise self._error(key, f"{key.value!r} is there twice")
            seen.add(key.value)
            self.keys[(*steps, key.value)] = _place(key)
            yield key.value, child

    def _error(self, node: yaml.Node, sentence: str) -> DocumentError:
        place = _place(node)
        return DocumentError(sentence, file=self.file, line=place.line, column=place.column)


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)

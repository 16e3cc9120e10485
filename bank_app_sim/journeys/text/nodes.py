"""YAML as a tree of texts that know their places: nothing is guessed to be a number, a date or a `no`."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import yaml

from .mistakes import NOWHERE, Mistake, Place, lines_of, unknown
from .yaml_errors import explained

# Deeper than any journey, and shallower than the interpreter's stack.
DEEPEST = 50

# Spaces that look like others, come with copied texts, and are no spaces to YAML; and where YAML wants one.
_NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
_NO_BREAK_BEFORE = re.compile(
    r"^[ \u00a0\u2007\u202f-]*[\u00a0\u2007\u202f]|(?<=[:,\[{])[\u00a0\u2007\u202f]", re.MULTILINE
)

_NULLS = ("~", "null", "Null", "NULL")


@attrs.frozen
class Plain:
    """A single text; empty where nothing was written.

    Attributes:
        is_as_written: It stands in the file letter by letter, from its place on.
    """

    text: str
    place: Place = NOWHERE
    is_as_written: bool = attrs.field(default=False, eq=False)

    def part(self, start: int, end: int) -> "Plain":
        """Some of the text, with the place of that where it can be known."""
        place = self.place
        if self.is_as_written:
            place = attrs.evolve(place, column=place.column + start)
        return Plain(self.text[start:end], place, self.is_as_written)


@attrs.frozen
class Listed:
    """A list."""

    items: tuple["Node", ...]
    place: Place = NOWHERE


@attrs.frozen
class Mapped:
    """Names with something behind each."""

    items: tuple[tuple[Plain, "Node"], ...]
    place: Place = NOWHERE

    def __iter__(self) -> Iterator[tuple[Plain, "Node"]]:
        return iter(self.items)


Node = Plain | Listed | Mapped


def read(text: str, file: str) -> Node:
    """The one document in `text`; `Mistake` where it is no YAML, or something of YAML that scripts do not use."""
    try:
        plain = _NO_BREAK_BEFORE.sub(lambda match: _NO_BREAK.sub(" ", match[0]), text)
        return _Reading(yaml.parse(plain, Loader=yaml.SafeLoader), file).document()
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        sentence, line, column = explained(error, text)
        raise Mistake(sentence, Place(file, line, column)) from error


@attrs.define
class _Reading:
    """One file on its way from events to nodes."""

    events: Iterator[Any]
    file: str

    def document(self) -> Node:
        next(self.events)  # the stream begins
        if isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise self._nothing()
        root = self._node(next(self.events), 0)
        if root == Plain("", root.place):
            raise self._nothing()
        next(self.events)  # the document ends
        if not isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise Mistake("here a second document begins; write one journey a file", self._place(event))
        return root

    def _nothing(self) -> Mistake:
        return Mistake("the file is empty; a journey has at least `journey` and `steps`", Place(self.file, 1, 1))

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        self._refuse_what_is_not_used(event, place)
        if depth > DEEPEST:
            raise Mistake(f"this is nested more than {DEEPEST} deep; no journey needs that", place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapped(place, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listed(place, depth)
        return _plain(event, place)

    def _refuse_what_is_not_used(self, event: Any, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise Mistake(
                f"`*{event.anchor}` stands for something elsewhere, which scripts do not use; write it out, or put a "
                "text that begins with * in quotes",
                place,
            )
        if event.anchor is not None:
            raise Mistake(
                f"`&{event.anchor}` is a name to refer to, which scripts do not use; write things out, or use `rows`",
                place,
            )
        if event.tag is not None:
            raise Mistake("`!` begins a tag, which scripts do not use; put a text that begins with ! in quotes", place)

    def _listed(self, place: Place, depth: int) -> Listed:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listed(tuple(items), place)

    def _mapped(self, place: Place, depth: int) -> Mapped:
        items: list[tuple[Plain, Node]] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._node(event, depth + 1)
            if not isinstance(name, Plain):
                raise Mistake(
                    "a name is a plain text, and this is not; is a text that begins so to be in quotes?", place
                )
            if name.text == "<<":
                raise Mistake("`<<` merges mappings, which scripts do not use; write things out", name.place)
            items.append((name, self._node(next(self.events), depth + 1)))
        _refuse_commas_in_numbers(items)
        _refuse_doubles(items)
        return Mapped(tuple(items), place)


def _plain(event: Any, place: Place) -> Plain:
    text = event.value
    if event.style is None:
        text = _NO_BREAK.sub(" ", text)
    if event.style is None and text in _NULLS:
        text = ""
    is_in_one_line = event.start_mark.line == event.end_mark.line
    is_as_written = is_in_one_line and event.end_mark.column - event.start_mark.column == len(text)
    return Plain(text, place, is_as_written)


def _refuse_commas_in_numbers(items: list[tuple[Plain, Node]]) -> None:
    """`{balance: 50,00}` has a second name, 00, that nobody meant."""
    for (_, number), (rest, nothing) in itertools.pairwise(items):
        if not isinstance(number, Plain) or not number.is_as_written or not _is_nothing(nothing):
            continue
        column = number.place.column + len(number.text) + 1
        is_next = (rest.place.line, rest.place.column) == (number.place.line, column)
        start = re.search(r"[0-9][0-9. ]*$", number.text)
        if is_next and start and re.fullmatch(r"[0-9][0-9.]*", rest.text):
            sign = "" if re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", rest.text) else "."
            written = f"{re.sub('[. ]', '', start[0])}{sign}{rest.text}"
            place = number.part(start.start(), len(number.text)).place
            raise Mistake(f"write {written}; a comma begins the next field", place)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Plain) and not node.text


def _refuse_doubles(items: list[tuple[Plain, Node]]) -> None:
    seen: set[str] = set()
    for name, _ in items:
        if name.text in seen:
            raise Mistake(f"{name.text!r} is here twice; the second would hide the first", name.place)
        seen.add(name.text)


def of(value: Any) -> Node:
    """The node that a Python value would be in a script."""
    if isinstance(value, Mapping):
        return Mapped(tuple((Plain(str(name)), of(each)) for name, each in value.items()))
    if isinstance(value, (list, tuple)):
        return Listed(tuple(of(each) for each in value))
    if isinstance(value, bool):
        return Plain("yes" if value else "no")
    return Plain("" if value is None else str(value))


# Texts that are themselves in YAML: anywhere, and where no bracket is open.
_PLAIN_ANYWHERE = re.compile(r"-?[\w/.+(<](?:[\w /.+()<>@'*=-]|:(?=\w))*(?<! )")
_PLAIN_BEHIND_COLON = re.compile(r"-?[\w/.+(<](?:[\w /.+()<>@'*=,{}\[\]?!;\"%&|-]|:(?=\w))*(?<! )")
_UNPRINTABLE = re.compile(r"[^ -\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def one_line(node: Node) -> str:
    """As YAML writes it on one line, behind a colon; what is read from there is the same again."""
    if isinstance(node, Plain):
        return _quoted(node.text, _PLAIN_BEHIND_COLON) if node.text else ""
    return _in_line(node)


def _in_line(node: Node) -> str:
    if isinstance(node, Mapped):
        pairs = [f"{_quoted(name.text, _PLAIN_ANYWHERE)}: {_in_line(value)}" for name, value in node]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, Listed):
        return "[" + ", ".join(map(_in_line, node.items)) + "]"
    return _quoted(node.text, _PLAIN_ANYWHERE)


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    """With quotes where YAML would take the text for something else."""
    if text not in _NULLS and plain.fullmatch(text):
        return text
    return _UNPRINTABLE.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# A name between `<` and `>`; with a space beside either of them it is something else.
_COLUMN = re.compile(r"<(\w(?:[^<>]*\w)?)>")


def unknown_columns(node: Node, columns: Mapping[str, Plain]) -> Iterator[tuple[Plain, Mistake]]:
    """Each `<column>` that no row has, with the text that it is in."""
    for plain in _texts(node):
        for match in _COLUMN.finditer(plain.text):
            if match[1] not in columns:
                yield plain, Mistake(_no_column(match[1], columns), plain.part(*match.span()).place)


def columns_in(node: Node) -> set[str]:
    """Names of all columns that it has in it."""
    return {match[1] for plain in _texts(node) for match in _COLUMN.finditer(plain.text)}


def _no_column(name: str, columns: Mapping[str, Plain]) -> str:
    if not columns:
        return f"<{name}> stands for a column of `rows`, and this journey has none"
    return unknown(name, "column of the rows", columns)


def _texts(node: Node) -> Iterator[Plain]:
    if isinstance(node, Plain):
        yield node
    elif isinstance(node, Listed):
        for item in node.items:
            yield from _texts(item)
    else:
        for name, value in node:
            yield name
            yield from _texts(value)


def filled_in(node: Node, row: Mapping[str, Plain], mixed: dict[Place, list[Plain]]) -> Node:
    """The same with each `<column>` replaced by what the row has for it, if it has something.

    What was a column and nothing else has the row's place. Of a text that has columns in it, `mixed` is told what was
    filled in.
    """
    if isinstance(node, Mapped):
        items = [(_filled_in(name, row, mixed), filled_in(value, row, mixed)) for name, value in node]
        _refuse_doubles(items)
        return Mapped(tuple(items), node.place)
    if isinstance(node, Listed):
        return Listed(tuple(filled_in(item, row, mixed) for item in node.items), node.place)
    return _filled_in(node, row, mixed)


def _filled_in(plain: Plain, row: Mapping[str, Plain], mixed: dict[Place, list[Plain]]) -> Plain:
    columns = [match[1] for match in _COLUMN.finditer(plain.text) if match[1] in row]
    if not columns:
        return plain
    if plain.text == f"<{columns[0]}>":
        return row[columns[0]]
    mixed[plain.place] = [row[name] for name in columns]
    text = _COLUMN.sub(lambda match: row[match[1]].text if match[1] in row else match[0], plain.text)
    return Plain(text, plain.place)


def with_lines(mistakes: list[Mistake], text: str, file: str) -> list[Mistake]:
    """Mistakes of a file, each with what is written in its line."""
    lines = lines_of(text)
    return [
        Mistake(each.sentence, each.place, lines[each.place.line - 1]) if each.place.file == file else each
        for each in mistakes
    ]

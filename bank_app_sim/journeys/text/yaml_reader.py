"""The reader of YAML, for every format: a text becomes a tree of nodes, or a mistake with its place.

A node is text. Each format decides for itself which texts are numbers, dates or truth values.
"""

from collections.abc import Iterator

import attrs
import yaml

from .mistakes import Mistake, Place
from .nodes import Listed, Mapped, Node, Plain
from .yaml_errors import explained


@attrs.frozen(kw_only=True)
class Format:
    """What a format of ours takes of YAML.

    Attributes:
        name: What a file of it is called.
        needs: What the shortest one has.
        deepest: How many levels it can have. Each is a call of the reader, so that the interpreter has a limit too.
        has_anchors: It can have anchors, aliases and tags.
    """

    name: str
    needs: str
    deepest: int
    has_anchors: bool


def read_yaml(text: str, file: str, form: Format) -> Node:
    """The only document of a text.

    Raises:
        Mistake: The text is no YAML, or something that the format does not take.
    """
    try:
        return _Reading(yaml.parse(text, Loader=yaml.SafeLoader), file, form).document()
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        sentence, line, column = explained(error, text)
        raise Mistake(sentence, Place(file, line, column)) from error


@attrs.define
class _Reading:
    """One file on its way from events to nodes.

    Attributes:
        anchors: The nodes that have a name, by these names; None for a node that is not complete yet.
    """

    events: Iterator[yaml.Event]
    file: str
    form: Format
    anchors: dict[str, Node | None] = attrs.field(factory=dict)

    def document(self) -> Node:
        next(self.events)  # the stream begins
        if isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise self._nothing()
        root = self._node(next(self.events), 0)
        if isinstance(root, Plain) and not root.text and not root.is_quoted:
            raise self._nothing()
        next(self.events)  # the document ends
        if not isinstance(event := next(self.events), yaml.StreamEndEvent):
            sentence = f"a second document begins here; write one {self.form.name} in each file"
            raise Mistake(sentence, self._place(event))
        return root

    def _nothing(self) -> Mistake:
        return Mistake(f"the file is empty; {self.form.needs}", Place(self.file, 1, 1))

    def _place(self, event: yaml.Event) -> Place:
        line, column, *_ = _span(event)
        return Place(self.file, line + 1, column + 1)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        assert isinstance(event, yaml.NodeEvent)
        place = self._place(event)
        if not self.form.has_anchors:
            _refuse_anchors(event, place)
        if isinstance(event, yaml.AliasEvent):
            return self._named(str(event.anchor), place)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node = self._new_node(event, place, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _named(self, name: str, place: Place) -> Node:
        if name not in self.anchors:
            raise Mistake(f"no `&{name}` comes before this `*{name}`", place)
        node = self.anchors[name]
        if node is None:
            raise Mistake(f"`*{name}` is a part of what it stands for, which would have no end", place)
        return node

    def _new_node(self, event: yaml.NodeEvent, place: Place, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event, place)
        if depth >= self.form.deepest:
            raise Mistake(f"this is nested deeper than {self.form.deepest} levels", place)
        return self._mapped(place, depth) if isinstance(event, yaml.MappingStartEvent) else self._listed(place, depth)

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
                found = "a list" if isinstance(name, Listed) else "a mapping"
                raise Mistake(f"a name is expected here, and this is {found}; put a text in quotes", name.place)
            items.append((name, self._node(next(self.events), depth + 1)))
        return Mapped(tuple(items), place)


def _plain(event: yaml.ScalarEvent, place: Place) -> Plain:
    line, column, last_line, end = _span(event)
    is_as_written = line == last_line and end - column == len(event.value)
    return Plain(event.value, place, is_as_written, is_quoted=event.style is not None, tag=event.tag)


def _span(event: yaml.Event) -> tuple[int, int, int, int]:
    """The line and column where it begins, and those where it ends, from 0."""
    assert event.start_mark is not None
    assert event.end_mark is not None
    start, end = event.start_mark, event.end_mark
    return start.line, start.column, end.line, end.column


def _refuse_anchors(event: yaml.NodeEvent, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise Mistake(
            f"`*{event.anchor}` stands for something elsewhere, which is not possible here; write that out, or put a "
            "text that begins with * in quotes",
            place,
        )
    if event.anchor is not None:
        sentence = f"`&{event.anchor}` gives this a name, which is not possible here; write things out, or use `rows`"
        raise Mistake(sentence, place)
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise Mistake("`!` begins a tag, which is not possible here; put a text that begins with ! in quotes", place)


def refuse_names_twice(mapped: Mapped) -> None:
    """`Mistake` if a mapping has a name twice."""
    seen: set[str] = set()
    for name, _ in mapped:
        if name.text in seen:
            raise Mistake(f"{name.text!r} is here twice; the second would hide the first", name.place)
        seen.add(name.text)

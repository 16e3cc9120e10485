"""Kinds of values in a script: how each is read, what it is called, and its JSON Schema."""

import abc
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from ..text.mistakes import Mistake, one_of, unknown
from ..text.nodes import Listed, Mapped, Node, Plain

T = TypeVar("T")
Schema = dict[str, Any]

# `<name>` stands for the value of a row. It can be wherever a value can be.
COLUMN = r"<[^ <>]([^<>]*[^ <>])?>"

# Gives the reference to the schema of another kind.
Ref = Callable[["Kind[Any]"], Schema]


class Kind(abc.ABC, Generic[T]):
    """One kind of value."""

    @property
    @abc.abstractmethod
    def title(self) -> str:
        """Its name among the definitions of the schema."""

    @abc.abstractmethod
    def read(self, node: Node) -> T:
        """The value; `Mistake` if the node has no such value."""

    @abc.abstractmethod
    def schema(self, ref: Ref) -> Schema:
        """What an editor accepts: at least all that `read()` accepts."""


@attrs.frozen
class Text(Kind[T]):
    """A single text.

    Args:
        parse: Gives the value. Raises ValueError, with a sentence for the author of the script.
        examples: For editors and messages.
        pattern: The pattern of such texts, for editors; empty for any text.
        numbers: The schema of YAML's numbers that are such texts too; None for none.
    """

    name: str
    parse: Callable[[str], T]
    examples: Sequence[str] = ()
    may_be_empty: bool = False
    pattern: str = ""
    numbers: Schema | None = None

    @property
    def title(self) -> str:
        return re.sub(r"^an? ", "", self.name)

    def read(self, node: Node) -> T:
        if not isinstance(node, Plain):
            raise Mistake(f"expected {self.name}{self._such_as()}, not {_called(node)}", node.place)
        if not node.text and not self.may_be_empty:
            raise Mistake(f"expected {self.name}{self._such_as()}, but there is nothing", node.place)
        try:
            return self.parse(node.text)
        except ValueError as error:
            raise Mistake(str(error), node.place) from error

    def _such_as(self) -> str:
        return f", such as {one_of(self.examples)}" if self.examples else ""

    def schema(self, ref: Ref) -> Schema:
        shown: Schema = {"description": self.name[0].upper() + self.name[1:] + "."}
        if self.examples:
            shown["examples"] = list(self.examples)
        if not self.pattern:
            return {"type": ["string", "number", "boolean", *(["null"] if self.may_be_empty else [])], **shown}
        return {**shown, **text_like(self.pattern, self.numbers)}


def text_like(pattern: str, numbers: Schema | None = None) -> Schema:
    """The schema of texts with a pattern, and of columns that may become such texts."""
    types = ["string", *([numbers["type"]] if numbers else [])]
    return {**(numbers or {}), "type": types if len(types) > 1 else "string", "pattern": f"^ *({pattern}) *$|{COLUMN}"}


def _called(node: Node) -> str:
    return "a list" if isinstance(node, Listed) else "a mapping" if isinstance(node, Mapped) else f"{node.text!r}"


@attrs.frozen
class Choice(Kind[T]):
    """One of some words.

    Args:
        what: What kind of word it is.
        words: The value of each word.
    """

    what: str
    words: Mapping[str, T]

    @property
    def title(self) -> str:
        return self.what

    def read(self, node: Node) -> T:
        if not isinstance(node, Plain):
            raise Mistake(f"expected one word, {one_of(list(self.words))}, not {_called(node)}", node.place)
        word = node.text.strip()
        if word not in self.words:
            raise Mistake(unknown(word, self.what, self.words), node.place)
        return self.words[word]

    def schema(self, ref: Ref) -> Schema:
        return {"anyOf": [{"enum": list(self.words)}, {"$ref": "#/$defs/column"}]}


def choice(what: str, *words: str) -> Choice[str]:
    """Words that stand for themselves."""
    return Choice(what, {word: word for word in words})


@attrs.frozen
class ListOf(Kind[tuple[T, ...]]):
    """One value, or a list of values that are all different."""

    kind: Kind[T]

    @property
    def title(self) -> str:
        return f"one or more: {self.kind.title}"

    def read(self, node: Node) -> tuple[T, ...]:
        items = items_of(node)
        read = tuple(self.kind.read(item) for item in items)
        for n, value in enumerate(read):
            if value in read[:n]:
                raise Mistake("this is here twice", items[n].place)
        return read

    def schema(self, ref: Ref) -> Schema:
        one = ref(self.kind)
        return {"anyOf": [one, {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}]}


def items_of(node: Node) -> tuple[Node, ...]:
    """The items of a list; a single value is a list of one item."""
    if isinstance(node, Listed) and not node.items:
        raise Mistake("this list is empty; write at least one value", node.place)
    return node.items if isinstance(node, Listed) else (node,)


def whole_numbers(least: int, most: int) -> Schema:
    """The schema of YAML's whole numbers in a range."""
    return {"type": "integer", "minimum": least, "maximum": most}


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("yes", "no", "true", "false"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return word in ("yes", "true")


YES_NO = Text(
    "yes or no",
    _yes_or_no,
    ("yes", "no"),
    pattern="[Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]",
    numbers={"type": "boolean"},
)
NAME = Text("a name", str)
ANYTHING = Text("a text", str, may_be_empty=True)

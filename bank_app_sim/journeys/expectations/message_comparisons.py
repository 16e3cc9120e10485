"""What an expectation can say of messages: how many of a name, and in which order. A message can have two names."""

from collections.abc import Sequence

import attrs

from ..text.nodes import Node
from ..vocabulary.kinds import COLUMN, Ref, Schema, Text, items_of
from . import message_names
from .expectation import Expectation
from .ranges import Comparison, Range
from .tallies import Totals, read_totals

MESSAGE_NAME = Text(
    "a message", message_names.read, ("POST /accounts", "Launch Savehack"), pattern=message_names.NAMES_PATTERN
)

# All names of one message.
Names = tuple[str, ...]


@attrs.frozen
class MessageTally(Expectation[Totals, Sequence[Names]]):
    """How many messages there are in all, or of each name; a message with two names counts once in all."""

    each: Comparison[int]

    @property
    def title(self) -> str:
        return "expected count by message"

    def read(self, node: Node) -> Totals:
        return read_totals(node, self.each, "message", MESSAGE_NAME.read)

    def schema(self, ref: Ref) -> Schema:
        each = ref(self.each)
        named = {f"^ *({message_names.NAMES_PATTERN}) *$": each, COLUMN: each}
        by_name = {"type": "object", "minProperties": 1, "additionalProperties": False, "patternProperties": named}
        return {"anyOf": [each, by_name]}

    def difference(self, expected: Totals, found: Sequence[Names]) -> str | None:
        if isinstance(expected, Range):
            return None if len(found) in expected else self.each.shown(len(found))
        counted = {name: sum(name in names for names in found) for name in expected}
        if all(counted[name] in range_ for name, range_ in expected.items()):
            return None
        return ", ".join(f"{name}: {self.each.shown(number)}" for name, number in counted.items())


@attrs.frozen
class MessagesInOrder(Expectation[tuple[str, ...], Sequence[Names]]):
    """Names of messages in this order; other messages may come between them."""

    @property
    def title(self) -> str:
        return "messages in order"

    def read(self, node: Node) -> tuple[str, ...]:
        return tuple(MESSAGE_NAME.read(item) for item in items_of(node))

    def schema(self, ref: Ref) -> Schema:
        return {"anyOf": [ref(MESSAGE_NAME), {"type": "array", "minItems": 1, "items": ref(MESSAGE_NAME)}]}

    def difference(self, expected: tuple[str, ...], found: Sequence[Names]) -> str | None:
        rest = iter(found)
        for n, name in enumerate(expected):
            if not any(name in names for names in rest):
                after = f" after {expected[n - 1]!r}" if n else ""
                there = ", ".join(dict.fromkeys(names[0] for names in found)) or "nothing"
                return f"no {name!r}{after}; there was: {there}"
        return None

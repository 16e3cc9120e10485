"""What can stand behind a name in a script: how it is read, what it is called, and its JSON Schema."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs

from .. import durations
from ..clock import moment
from .mistakes import Mistake, one_of, unknown
from .nodes import Listed, Mapped, Node, Plain

Schema = dict[str, Any]

MOST_CENTS = 10**15

_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?")
_SCALARS: Schema = {"type": ["string", "number", "boolean"]}


class Kind:
    """One kind of value."""

    def read(self, node: Node) -> Any:
        """The value; `Mistake` where there is none to be read."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """What an editor is to accept; never less than `read()` does."""
        raise NotImplementedError


@attrs.frozen
class Text(Kind):
    """A single text.

    Args:
        parse: What it means; ValueError, in words for whoever wrote it, where it means nothing.
        examples: For editors and messages.
    """

    name: str
    parse: Callable[[str], Any] = str
    examples: Sequence[str] = ()
    may_be_empty: bool = False

    def read(self, node: Node) -> Any:
        if not isinstance(node, Plain):
            raise Mistake(f"here should be {self.name}{self._such_as()}, not {_called(node)}", node.place)
        if not node.text and not self.may_be_empty:
            raise Mistake(f"here should be {self.name}{self._such_as()}, and there is nothing", node.place)
        try:
            return self.parse(node.text)
        except ValueError as error:
            raise Mistake(str(error), node.place) from error

    def _such_as(self) -> str:
        return f", such as {one_of(self.examples)}" if self.examples else ""

    def schema(self) -> Schema:
        shown: Schema = {**_SCALARS, "description": self.name[0].upper() + self.name[1:]}
        if self.examples:
            shown["examples"] = list(self.examples)
        if self.may_be_empty:
            shown["type"] = [*_SCALARS["type"], "null"]
        return shown


def _called(node: Node) -> str:
    return "a list" if isinstance(node, Listed) else "a mapping" if isinstance(node, Mapped) else f"{node.text!r}"


@attrs.frozen
class Choice(Kind):
    """One of some words.

    Args:
        what: What kind of word it is.
        words: What each of them means.
    """

    what: str
    words: Mapping[str, Any]

    def read(self, node: Node) -> Any:
        if not isinstance(node, Plain):
            raise Mistake(f"here should be one word, {one_of(list(self.words))}, not {_called(node)}", node.place)
        word = node.text.strip()
        if word not in self.words:
            raise Mistake(unknown(word, self.what, self.words), node.place)
        return self.words[word]

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


def choice(what: str, *words: str) -> Choice:
    """Words that mean themselves."""
    return Choice(what, {word: word for word in words})


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("yes", "no", "true", "false"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return word in ("yes", "true")


def _cents(text: str) -> int:
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"{text!r} is no amount; write it in the currency's units with a point, such as 2500.00")
    cents = int(Decimal(plain) * 100)
    if abs(cents) > MOST_CENTS:
        raise ValueError(f"{text!r} is more money than there is")
    return cents


def _positive_cents(text: str) -> int:
    cents = _cents(text)
    if cents <= 0:
        raise ValueError(f"{text!r} is not an amount to move: it must be more than nothing")
    return cents


def _count(text: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise ValueError(f"{text!r} is no count; write a whole number from 0")
    return int(plain)


def _times(text: str) -> int:
    count = _count(text)
    if not 1 <= count <= 1000:
        raise ValueError(f"{text!r} is not how often something can be done; write 1 to 1000")
    return count


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no day; write year, month and day, such as 2028-06-01") from None


def _moment(text: str) -> datetime:
    plain = text.strip()
    try:
        return moment(plain if re.search(r"(Z|[+-]\d\d:?\d\d)$", plain) else f"{plain}+00:00")
    except ValueError:
        raise ValueError(f"{text!r} is no moment; write it in UTC, such as 2027-01-04 08:00") from None


def _customer(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.@-]{1,64}", text):
        raise ValueError(f"{text!r} is no user's name: 1 to 64 lower-case letters, digits and the signs - _ . @")
    return text


def _longer_than_nothing(text: str) -> timedelta:
    duration = durations.parsed(text)
    if duration <= timedelta():
        raise ValueError(f"{text!r} is no time at all; write for example {durations.EXAMPLES}")
    return duration


YES_NO = Text("yes or no", _yes_or_no, ("yes", "no"))
CENTS = Text("an amount in the currency's units", _cents, ("50.00", "2500"))
POSITIVE_CENTS = Text("an amount in the currency's units", _positive_cents, ("50.00", "2500"))
COUNT = Text("a whole number", _count, ("3",))
TIMES = Text("how often", _times, ("3",))
DAY = Text("a day", _day, ("2028-06-01",))
MOMENT = Text("a moment in UTC", _moment, ("2027-01-04 08:00",))
DURATION = Text("a duration", durations.parsed, ("2 days", "90s"))
POSITIVE_DURATION = Text("a duration", _longer_than_nothing, ("2 days", "90s"))
CUSTOMER = Text("a user's name", _customer, ("ada", "bo"))
NAME = Text("a name")
ANYTHING = Text("a text", may_be_empty=True)


@attrs.frozen
class ListOf(Kind):
    """One, or a list of them."""

    kind: Kind

    def read(self, node: Node) -> tuple[Any, ...]:
        items = node.items if isinstance(node, Listed) else (node,)
        return tuple(self.kind.read(item) for item in items)

    def schema(self) -> Schema:
        return {"anyOf": [self.kind.schema(), {"type": "array", "items": self.kind.schema()}]}

"""What can stand behind a name in a script: how it is read, what it is called, and its JSON Schema."""

import abc
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import attrs

from ...timeline import durations
from ...timeline.clock import moment
from ..text.mistakes import Mistake, one_of, unknown
from ..text.nodes import Listed, Mapped, Node, Plain

Schema = dict[str, Any]

MOST_CENTS = 10**15

# Ten years, and moments from which ten years can pass: longer than any bank waits, and no calendar ends in it.
LONGEST = timedelta(days=3650)
YEARS = range(2000, 2101)

_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?", re.ASCII)
# `<name>` stands for what a row has: wherever a value can be, this can be too.
COLUMN = r"<[^ <>]([^<>]*[^ <>])?>"

# How a kind that is made of another refers to that one's schema.
Ref = Callable[["Kind"], Schema]


class Kind(abc.ABC):
    """One kind of value."""

    @property
    @abc.abstractmethod
    def title(self) -> str:
        """What it is called among the definitions of the schema."""

    @abc.abstractmethod
    def read(self, node: Node) -> Any:
        """The value; `Mistake` where there is none to be read."""

    @abc.abstractmethod
    def schema(self, ref: Ref) -> Schema:
        """What an editor is to accept; never less than `read()` does."""


@attrs.frozen
class Text(Kind):
    """A single text.

    Args:
        parse: What it means; ValueError, in words for whoever wrote it, where it means nothing.
        examples: For editors and messages.
        pattern: What texts look like, for editors; empty for any.
        numbers: Which of YAML's numbers are such texts too, as a schema; None for none.
    """

    name: str
    parse: Callable[[str], Any] = str
    examples: Sequence[str] = ()
    may_be_empty: bool = False
    pattern: str = ""
    numbers: Schema | None = None

    @property
    def title(self) -> str:
        return re.sub(r"^an? ", "", self.name)

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

    def schema(self, ref: Ref) -> Schema:
        shown: Schema = {"description": self.name[0].upper() + self.name[1:] + "."}
        if self.examples:
            shown["examples"] = list(self.examples)
        if not self.pattern:
            return {"type": ["string", "number", "boolean", *(["null"] if self.may_be_empty else [])], **shown}
        return {**shown, **text_like(self.pattern, self.numbers)}


def text_like(pattern: str, numbers: Schema | None = None) -> Schema:
    """The schema of texts with a pattern, and of columns that may become such."""
    types = ["string", *([numbers["type"]] if numbers else [])]
    return {**(numbers or {}), "type": types if len(types) > 1 else "string", "pattern": f"^ *({pattern}) *$|{COLUMN}"}


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

    @property
    def title(self) -> str:
        return self.what

    def read(self, node: Node) -> Any:
        if not isinstance(node, Plain):
            raise Mistake(f"here should be one word, {one_of(list(self.words))}, not {_called(node)}", node.place)
        word = node.text.strip()
        if word not in self.words:
            raise Mistake(unknown(word, self.what, self.words), node.place)
        return self.words[word]

    def schema(self, ref: Ref) -> Schema:
        return {"anyOf": [{"enum": list(self.words)}, {"$ref": "#/$defs/column"}]}


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
    if re.fullmatch(r"-?\d+\.\d{3,}", plain):
        raise ValueError(f"{text!r} is no amount; there are two digits behind the point, or none without a point")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"{text!r} is no amount; write it in the currency's units, such as {_likely_amount(plain)}")
    cents = int(Decimal(plain) * 100)
    if abs(cents) > MOST_CENTS:
        raise ValueError(f"{text!r} is more money than there is")
    return cents


def _likely_amount(text: str) -> str:
    """What was probably meant: `1,250.5 €` is 1250.50, and `1e3` 1000.00."""
    if re.fullmatch(r"-?\d{1,3}(\.\d{1,3})?[eE]\+?\d{1,2}", text, re.ASCII):
        return f"{Decimal(text):.2f}"
    match = re.fullmatch(r"(-?\d[\d.,]*?)(?:[.,](\d{1,2}))?", re.sub(r"[^\d.,-]", "", text), re.ASCII)
    return f"{re.sub('[.,]', '', match[1])}.{match[2] or '':0<2}" if match else "2500.00"


def _positive_cents(text: str) -> int:
    cents = _cents(text)
    if cents <= 0:
        raise ValueError(f"{text!r} is not an amount to move: it must be more than nothing")
    return cents


def _cents_from_nothing(text: str) -> int:
    cents = _cents(text)
    if cents < 0:
        raise ValueError(f"{text!r} is less than nothing; write 0 or more")
    return cents


def _count(text: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", plain):
        raise ValueError(f"{text!r} is no count; write a whole number from 0, such as 3")
    return int(plain)


def _within(text: str, *, least: int, most: int, what: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", plain) or not least <= int(plain) <= most:
        raise ValueError(f"{text!r} is not {what}; write {least} to {most}")
    return int(plain)


def _from_to(least: int, most: int, what: str) -> Callable[[str], int]:
    # Not a function within this one: scripts travel to other processes.
    return functools.partial(_within, least=least, most=most, what=what)


def _day(text: str) -> date:
    plain = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", plain, re.ASCII):
            return date.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None
    raise ValueError(f"{text!r} is no day; write year, month and day, such as {_likely_day(plain)}")


DEFAULT_DAY = "2028-06-01"


def _likely_day(text: str) -> str:
    """What was probably meant: `31.12.2027` is 2027-12-31."""
    match = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", text, re.ASCII)
    if match and int(match[3]) <= 12 and (match[2] == "." or int(match[1]) > 12):  # 01/02 could be either
        return f"{match[4]}-{match[3]:0>2}-{match[1]:0>2}"
    return DEFAULT_DAY


_A_MOMENT = re.compile(r"([0-9-]+)(?:[ Tt]([0-9]{2}:[0-9]{2})(:[0-9.]+)?([Zz]|[+-][0-9:]+)?)?")


def _moment(text: str) -> datetime:
    # As RFC 3339 has it, but that a person may leave out what is nought: the offset, the seconds, the whole time.
    parts = _A_MOMENT.fullmatch(text.strip())
    if parts and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", parts[1]):
        _day(parts[1])
    try:
        at = moment(f"{parts[1]}T{parts[2] or '00:00'}{parts[3] or ':00'}{parts[4] or 'Z'}" if parts else text)
    except ValueError:
        likely = _likely_day(text.strip())
        such = "2027-01-04 08:00" if likely == DEFAULT_DAY else f"{likely} 08:00"
        raise ValueError(f"{text!r} is no moment; write it in UTC, such as {such}") from None
    if at.year not in YEARS:
        raise ValueError(f"{text!r} is not between the years {YEARS[0]} and {YEARS[-1]}")
    return at


def _customer(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.@-]{1,64}", text):
        raise ValueError(f"{text!r} is no user's name: 1 to 64 lower-case letters, digits and the signs - _ . @")
    return text


def _duration(text: str) -> timedelta:
    duration = durations.parsed(text)
    if duration > LONGEST:
        raise ValueError(f"{text!r} is longer than anything here lasts; that is {LONGEST.days} days at most")
    return duration


def _span(text: str) -> timedelta:
    duration = _duration(text)
    if duration < durations.SHORTEST:
        raise ValueError(f"{text!r} is too short; that is {durations.shown(durations.SHORTEST)} at least")
    return duration


def _longer_than_nothing(text: str) -> timedelta:
    duration = _duration(text)
    if duration <= timedelta():
        raise ValueError(f"{text!r} is no time at all; write for example {durations.EXAMPLES}")
    return duration


_MONEY, _MONEY_TO_MOVE = r"-?\d+(\.\d{1,2})?", r"(?![0.]*$)\d+(\.\d{1,2})?"
_ANY_NUMBER: Schema = {"type": "number"}
_ABOVE_NOTHING: Schema = {"type": "number", "exclusiveMinimum": 0}


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


YES_NO = Text(
    "yes or no",
    _yes_or_no,
    ("yes", "no"),
    pattern="[Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]",
    numbers={"type": "boolean"},
)
# As the type of an argument.
YesNo = Annotated[bool, YES_NO]
CENTS = Text("an amount", _cents, ("50.00", "2500"), pattern=_MONEY, numbers=_ANY_NUMBER)
CENTS_FROM_NOTHING = Text(
    "an amount from 0",
    _cents_from_nothing,
    ("50.00", "2500"),
    pattern=r"\d+(\.\d{1,2})?|-0+(\.0{1,2})?",
    numbers={"type": "number", "minimum": 0},
)
POSITIVE_CENTS = Text(
    "an amount to move", _positive_cents, ("50.00", "2500"), pattern=_MONEY_TO_MOVE, numbers=_ABOVE_NOTHING
)
COUNT = Text("a count", _count, ("3",), pattern=r"\d{1,9}", numbers=_whole(0, 999_999_999))
TIMES = Text(
    "a number of times",
    _from_to(1, 1000, "how often something can be done"),
    ("3",),
    pattern=r"\d{1,4}",
    numbers=_whole(1, 1000),
)
PERCENTAGE = Text("a percentage", _from_to(1, 100, "a percentage"), ("10",), pattern=r"\d{1,3}", numbers=_whole(1, 100))
DAY_OF_MONTH = Text(
    "a day of the month", _from_to(1, 31, "a day of a month"), ("25",), pattern=r"\d{1,2}", numbers=_whole(1, 31)
)
DAY = Text("a day", _day, ("2028-06-01",), pattern=r"\d{4}-\d\d-\d\d")
MOMENT = Text("a moment in UTC", _moment, ("2027-01-04 08:00", "2027-01-04"), pattern=r"\d{4}-.+")
DURATION = Text("a duration", _duration, ("2 days", "90s"), pattern=durations.PATTERN)
POSITIVE_DURATION = Text(
    "a duration of some length",
    _longer_than_nothing,
    ("2 days", "90s"),
    pattern=f"(?=.*[1-9])({durations.PATTERN})",
)
SPAN = Text("a duration of a second or more", _span, ("2 days", "90s"), pattern=f"(?=.*[1-9])({durations.PATTERN})")
CUSTOMER = Text("a user's name", _customer, ("ada", "bo"), pattern=r"[a-z0-9_.@-]{1,64}", numbers=_whole(0, 10**18))
NAME = Text("a name")
ANYTHING = Text("a text", may_be_empty=True)


@attrs.frozen
class ListOf(Kind):
    """One, or a list of some that are not equal."""

    kind: Kind

    @property
    def title(self) -> str:
        return f"one or more: {self.kind.title}"

    def read(self, node: Node) -> tuple[Any, ...]:
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
    """What is in a list, or stands for one."""
    if isinstance(node, Listed) and not node.items:
        raise Mistake("here should be something; this list is empty", node.place)
    return node.items if isinstance(node, Listed) else (node,)

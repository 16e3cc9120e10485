"""Reading the object in a request's body, field by field, and saying all that is wrong with it at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from impact_sdk.parsing.moments import day

from ..server.answers import MOST_ERRORS, Refused
from ..server.integers import integer
from ..server.nearest import not_known
from ..timeline.clock import moment, timestamp
from .engine import LARGEST_CENTS

LONGEST_TEXT = 255
LONGEST_ADDRESS = 2_000

# Elements of a list that are changed in one transaction, for which all others wait: a fraction of a second. Ours.
MOST_ELEMENTS = 500

# What somebody says has happened is not further from now, in either direction. So wide, because a bank's backend on the
# machine's clock works with worlds in simulated time. Ours.
FURTHEST = timedelta(days=3653)


class Fields:
    """The object under the root key of a body.

    Each reader returns a value that is right, or takes a note and returns one that only fills the place. `check()`
    comes after the last of them; a field that none of them asked for is refused there.

    Args:
        root: The key that the object is wrapped in, such as `dream`. A body without it is refused at once.
        within: The object that this one is a part of; its `check()` speaks for both.
        named_in_errors: What errors call fields that they do not call by their names.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        root: str,
        *,
        within: "Fields | None" = None,
        named_in_errors: Mapping[str, str] | None = None,
    ) -> None:
        self._named_in_errors = named_in_errors or {}
        self._root = root if within is None else within.path(root)
        strangers = not_known(body.keys() - {root}, [root])
        if root not in body:
            raise Refused(400, {self._root: ["is missing"], **strangers})
        if not isinstance(body[root], dict):
            raise Refused(400, {self._root: ["must be an object"]})
        self._object: dict[str, Any] = body[root]
        self._asked: dict[str, None] = {}  # in the order in which they were asked for
        self._parts: list[Fields] = []
        self._errors: dict[str, list[str]] = strangers if within is None else within._errors

    def given(self, name: str) -> bool:
        """The field is there, null or not."""
        self._asked[name] = None
        return name in self._object

    def cleared(self, name: str) -> bool:
        """The field is there, and null."""
        return self.given(name) and self._object[name] is None

    @property
    def names(self) -> set[str]:
        """Of all fields that are there."""
        return set(self._object)

    @property
    def are_right(self) -> bool:
        """Nothing was noted so far."""
        return not self._errors

    def unchanged(self, name: str, present: Any, *, otherwise: str = "can't be changed") -> None:
        """A field that cannot be written: saying again what it is, as somebody does who sends all back, is fine."""
        if self.given(name) and self._object[name] != present:
            self.refuse(name, otherwise)

    def path(self, name: str) -> str:
        """How errors call the field, such as `dream.targetCents`."""
        return f"{self._root}.{self._named_in_errors.get(name, name)}"

    def refuse(self, name: str, sentence: str) -> None:
        """Take a note that the field is wrong."""
        self._asked[name] = None
        self._errors.setdefault(self.path(name), []).append(sentence)

    def pass_over(self) -> None:
        """Leave the other fields unread: what they could mean, a wrong one has left open."""
        self._asked |= dict.fromkeys(self._object)

    def check(self) -> None:
        """Refuse the request with all that was noted, if anything was."""
        for fields in (self, *self._parts):
            if len(self._errors) > MOST_ERRORS:
                break
            for name, sentences in not_known(fields._object.keys() - fields._asked.keys(), fields._asked).items():
                self._errors.setdefault(fields.path(name), []).extend(sentences)
        if self._errors:
            raise Refused(400, self._errors)

    def text(self, name: str, default: str | None = None, *, most: int = LONGEST_TEXT) -> str:
        """A text that is not blank; missing is wrong where there is no default."""
        if not self.given(name):
            if default is None:
                self.refuse(name, "is missing")
            return default or ""
        return self._text(name, most)

    def optional_text(self, name: str, *, most: int = LONGEST_TEXT) -> str | None:
        """As `text()`; null and missing are None."""
        return self._text(name, most) if self.value(name) is not None else None

    def secret(self, name: str) -> str:
        """A text that is longer than others may be, such as a token; it is required."""
        value = self.value(name)
        if not self.given(name) or value == "":
            self.refuse(name, "is missing")
        elif not isinstance(value, str):
            self.refuse(name, "must be text")
        return str(value)

    def integer(self, name: str, *, least: int, most: int, default: int | None = None) -> int:
        """An integer between two bounds, both included; missing is wrong where there is no default."""
        if not self.given(name):
            if default is None:
                self.refuse(name, "is missing")
            return default or 0
        value = integer(self._object[name])
        if value is None:
            self.refuse(name, "must be an integer")
        elif value < 0 <= least:
            self.refuse(name, "can't be negative")
        elif value < least:
            self.refuse(name, f"must be at least {least}")
        elif value > most:
            self.refuse(name, f"must be at most {most}")
        else:
            return value
        return 0

    def cents(self, name: str, *, least: int, default: int | None = None) -> int:
        """An amount of money."""
        return self.integer(name, least=least, most=LARGEST_CENTS, default=default)

    def optional_cents(self, name: str, *, least: int) -> int | None:
        """As `cents()`; null and missing are None."""
        return self.cents(name, least=least) if self.value(name) is not None else None

    def number(self, name: str) -> float:
        """Any number, such as a percentage."""
        value = self._object[name] if self.given(name) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, "must be a number")
            return 0.0
        return float(value)

    def optional_moment(self, name: str) -> str | None:
        """A moment in RFC 3339 as a timestamp of ours; null and missing are None."""
        value = self.value(name)
        if value is None:
            return None
        at = _moment(value)
        if at is None:
            self.refuse(name, "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z")
            return None
        return timestamp(at)

    def happened_at(self, name: str, *, now: str) -> str | None:
        """As `optional_moment()`, of something that has happened: within `FURTHEST` from now."""
        at = self.optional_moment(name)
        if at is not None and not -FURTHEST <= moment(at) - moment(now) <= FURTHEST:
            self.refuse(name, f"is too far from now, which is {now}: at most ten years before or after")
            return None
        return at

    def optional_day_or_moment(self, name: str) -> str | None:
        """An ISO date as it is, or a moment as a timestamp of ours; null and missing are None."""
        value = self.value(name)
        if value is None:
            return None
        whole_day = _day(value)
        if whole_day is not None:
            return whole_day.isoformat()
        at = _moment(value)
        if at is None:
            self.refuse(name, "must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z")
            return None
        return timestamp(at)

    def one_of(self, name: str, known: Sequence[str]) -> str | None:
        """One of a few words; null and missing are None."""
        value = self.value(name)
        if value is not None and value not in known:
            self.refuse(name, f"must be {' or '.join(known)}")
            return None
        return None if value is None else str(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts; null and missing are an empty one."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.refuse(name, "must be a list of texts")
            return []
        return value

    def objects(self, name: str) -> Iterator["Fields"]:
        """Each object of a list, read as this one is; null and missing are an empty list.

        Where more is wrong than anybody is told, the rest is not read, and the request is refused at once.
        """
        value = self.value(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse(name, "must be a list of objects")
            return
        if len(value) > MOST_ELEMENTS:
            self.refuse(name, f"has {len(value)} elements; send at most {MOST_ELEMENTS} at once")
            return
        for place, part in enumerate(value):
            if len(self._errors) > MOST_ERRORS:
                raise Refused(400, self._errors)
            fields = Fields({f"{name}[{place}]": part}, f"{name}[{place}]", within=self)
            self._parts.append(fields)
            yield fields

    def value(self, name: str) -> Any:
        """Whatever is there; None where nothing is."""
        return self._object[name] if self.given(name) else None

    def _text(self, name: str, most: int) -> str:
        wrong = what_is_wrong_with_text(self._object[name], most=most)
        if wrong:
            self.refuse(name, wrong)
            return ""
        return str(self._object[name])


def what_is_wrong_with_text(value: object, *, most: int = LONGEST_TEXT) -> str | None:
    """A sentence, or None for a text that can be a name, an id or a label here."""
    if not isinstance(value, str):
        return "must be text"
    if not value.strip():
        return "can't be blank"
    if len(value) > most:
        return f"is too long: at most {most} characters"
    if "\0" in value:  # PostgreSQL has no such texts
        return "can't contain the character NUL"
    return None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return moment(value)
    except ValueError:
        return None


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return day(value)
    except ValueError:
        return None

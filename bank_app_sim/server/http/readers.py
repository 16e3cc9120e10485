"""Readers: each makes a value of ours of a value of JSON, or says in a sentence what to send instead."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import attrs

from ...timeline.clock import moment
from ...timeline.durations import LONGEST
from .nearest import nearest

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

LONGEST_TEXT = 255
MOST = 10**15


@attrs.frozen
class Reader(Generic[T_co]):
    """Reads one kind of value.

    Attributes:
        read: Returns the value; `ValueError`, with the sentence for the client, if it is not of this kind.
        blank: Fills the place of a wrong value until the request is refused.
    """

    read: Callable[[object], T_co]
    blank: T_co

    def __call__(self, value: object) -> T_co:
        return self.read(value)


def text(*, most: int = LONGEST_TEXT) -> Reader[str]:
    """A name, an id or a label: text that is not blank."""

    def read(value: object) -> str:
        written = any_text(value)
        if not written.strip():
            raise ValueError("can't be blank")
        if len(written) > most:
            raise ValueError(f"is too long: at most {most} characters")
        if "\0" in written:  # PostgreSQL has no such texts
            raise ValueError("can't contain the character NUL")
        return written

    return Reader(read, "")


def any_text(value: object) -> str:
    """Text, whatever it says."""
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def secret(value: object) -> str:
    """Text of any length that is not empty, such as a token."""
    if value == "":
        raise ValueError("is missing")
    return any_text(value)


@functools.cache  # requests ask for the same few again and again
def integer(*, least: int, most: int = MOST) -> Reader[int]:
    """An integer between two bounds, both included."""

    def read(value: object) -> int:
        number = whole_number(value)
        if number is None:
            raise ValueError("must be an integer")
        if number < 0 <= least:
            raise ValueError("can't be negative")
        if number < least:
            raise ValueError(f"must be at least {least}")
        if number > most:
            raise ValueError(f"must be at most {most}")
        return number

    return Reader(read, 0)


def whole_number(value: object) -> int | None:
    """The integer that a value is; None for anything else.

    As JSON Schema's `type: integer` has it: a number without a fraction, however it is written (5, 5.0, 5e0). JSON's
    integers beyond 64 bits reach us as the nearest floats.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def number(value: object) -> float:
    """Any number, such as a percentage."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return float(value)


def seconds(*, least: timedelta = timedelta()) -> Reader[timedelta]:
    """A duration, written as a number of seconds."""
    shortest, longest = least.total_seconds(), LONGEST.total_seconds()

    def read(value: object) -> timedelta:
        if isinstance(value, bool) or not isinstance(value, int | float) or not shortest <= value <= longest:
            raise ValueError(f"must be a number of seconds from {shortest:.0f} to {longest:.0f}")
        return timedelta(seconds=value)

    return Reader(read, least)


def yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def at(value: object) -> datetime:
    """A moment in RFC 3339."""
    try:
        return moment(any_text(value))
    except ValueError:
        raise ValueError("must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z") from None


def one_of(*words: str) -> Reader[str]:
    """One of a few words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        near = nearest(value, words) if isinstance(value, str) else None
        raise ValueError(f"must be {' or '.join(words)}" + (f"; did you mean {near}?" if near else ""))

    return Reader(read, "")


def list_of(read: Callable[[object], T]) -> Reader[list[T]]:
    """A list; each element is read by itself."""

    def read_all(value: object) -> list[T]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return [_element(read, place, each) for place, each in enumerate(value)]

    return Reader(read_all, [])


def _element(read: Callable[[object], T], place: int, value: object) -> T:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"element {place} {error}") from None


def nullable(read: Callable[[object], T]) -> Reader[T | None]:
    """Null, which is None, or what another reader reads."""
    return Reader(lambda value: None if value is None else read(value), None)


TEXT = text()
SECRET = Reader(secret, "")
NUMBER = Reader(number, 0.0)
YES_OR_NO = Reader(yes_or_no, False)

"""Readers of single JSON values. They convert nothing: 5 is not a text, and "5" is not a number."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from ..parsing import moments

T = TypeVar("T")

# Every smaller whole number has its own floating-point number.
LARGEST_EXACT = 2**53
DIGITS_OF_64_BITS = 19
LENGTH_OF_A_DAY = len("2027-06-01")

JSON_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    type(None): "null",
}


def strictly(value: object, kind: type[T]) -> T:
    """`value`, which is of this type; TypeError if it is not."""
    if isinstance(value, kind) and type(value) is kind:
        return value
    raise TypeError(f"expected {_name(kind)}, not {_name(type(value))}")


def number(value: object, _: object) -> float:
    return strictly(value, int) if type(value) is int else strictly(value, float)


def moment(value: object, _: object) -> datetime:
    return moments.moment(strictly(value, str))


def day_or_moment(value: object, _: object) -> date:
    """Older answers give the last day of a Dream, newer ones a moment."""
    text = strictly(value, str)
    return moments.day(text) if len(text) == LENGTH_OF_A_DAY else moments.moment(text)


def whole_number(value: object, _: object) -> int:
    # 1000.0 is an integer in JSON, as in JSON Schema. From 2**53 on such a number may stand for another one.
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return int(value)
    return strictly(value, int)


def whole_number_or_text(value: object, _: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < DIGITS_OF_64_BITS:
        return int(value)
    return whole_number(value, None)


def _name(kind: type) -> str:
    return JSON_NAMES.get(kind, kind.__name__)

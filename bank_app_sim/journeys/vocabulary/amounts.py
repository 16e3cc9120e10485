"""Amounts of money and counts in a script."""

import functools
import re
from decimal import Decimal

from .kinds import Schema, Text, whole_numbers

MOST_CENTS = 10**15

_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?", re.ASCII)


def _cents(text: str) -> int:
    plain = text.strip()
    if re.fullmatch(r"-?\d+\.\d{3,}", plain):
        raise ValueError(f"{text!r} is not an amount; write two digits after the point, or no point")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(
            f"{text!r} is not an amount; write it in the currency's units, such as {_likely_amount(plain)}"
        )
    cents = int(Decimal(plain) * 100)
    if abs(cents) > MOST_CENTS:
        raise ValueError(f"{text!r} is too large")
    return cents


def _likely_amount(text: str) -> str:
    """What the author probably meant: `1,250.5 €` is 1250.50, and `1e3` is 1000.00."""
    if re.fullmatch(r"-?\d{1,3}(\.\d{1,3})?[eE]\+?\d{1,2}", text, re.ASCII):
        return f"{Decimal(text):.2f}"
    match = re.fullmatch(r"(-?\d[\d.,]*?)(?:[.,](\d{1,2}))?", re.sub(r"[^\d.,-]", "", text), re.ASCII)
    return f"{re.sub('[.,]', '', match[1])}.{match[2] or '':0<2}" if match else "2500.00"


def _positive_cents(text: str) -> int:
    cents = _cents(text)
    if cents <= 0:
        raise ValueError(f"{text!r} must be more than 0: it is an amount to move")
    return cents


def _cents_from_nothing(text: str) -> int:
    cents = _cents(text)
    if cents < 0:
        raise ValueError(f"{text!r} is less than 0; write 0 or more")
    return cents


def _count(text: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", plain):
        raise ValueError(f"{text!r} is not a count; write a whole number from 0, such as 3")
    return int(plain)


def _within(text: str, *, least: int, most: int, what: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", plain) or not least <= int(plain) <= most:
        raise ValueError(f"{text!r} is not {what}; write {least} to {most}")
    return int(plain)


def _numbers(name: str, least: int, most: int, what: str, example: str) -> Text[int]:
    # Not a function within this one: scripts travel to other processes.
    parse = functools.partial(_within, least=least, most=most, what=what)
    pattern = rf"\d{{1,{len(str(most))}}}"
    return Text(name, parse, (example,), pattern=pattern, numbers=whole_numbers(least, most))


_MONEY, _MONEY_TO_MOVE = r"-?\d+(\.\d{1,2})?", r"(?![0.]*$)\d+(\.\d{1,2})?"
_ANY_NUMBER: Schema = {"type": "number"}
_ABOVE_NOTHING: Schema = {"type": "number", "exclusiveMinimum": 0}

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
COUNT = Text("a count", _count, ("3",), pattern=r"\d{1,9}", numbers=whole_numbers(0, 999_999_999))
TIMES = _numbers("a number of times", 1, 1000, "how often something can be done", "3")
PERCENTAGE = _numbers("a percentage", 1, 100, "a percentage", "10")
DAY_OF_MONTH = _numbers("a day of the month", 1, 31, "a day of a month", "25")

"""Checks of a caller's arguments, before anything is sent. The error names the argument and shows its value.

Only values of the wrong type are refused here, and values that no JSON, header or address can hold. DES refuses the
rest, with its own reasons.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import TypeVar

import attrs

from .errors import ConfigurationError
from .mistakes.wrong import what_is_wrong_with_text, wrong
from .models import UNSET, AccountUpdate, TransactionUpdate
from .secrets import Secret

T = TypeVar("T")

# Ids of DES have 36 characters, ids of banks may be anything. A longer id fits into no address.
LONGEST_ID = 1_000

A_MOMENT = "a datetime with its time zone"

IDEMPOTENCY_KEY = re.compile("[!-~]{1,255}")

# Says what to give instead; None if the value is right.
Check = Callable[[object], str | None]


def checked(name: str, value: T) -> T:
    """`value`, if the argument `name` may have it; else `ConfigurationError`. None and UNSET are always allowed."""
    if value is None or value is UNSET:
        return value
    wanted = _check(name)(value.reveal() if isinstance(value, Secret) else value)
    if wanted is not None:
        raise wrong(name, value, wanted)
    return value


def required(values: Mapping[str, T]) -> Mapping[str, T]:
    """Required arguments; `ConfigurationError` if one is None."""
    for name, value in values.items():
        if value is None:
            raise ConfigurationError(f"{name} is None; it has to be given")
    return values


def instance(name: str, value: object, kind: type[T], wanted: str) -> T:
    """`value`, if it is an instance of a class; else `ConfigurationError`."""
    if not isinstance(value, kind):
        raise wrong(name, value, wanted)
    return value


def able(name: str, value: T | None, *methods: str) -> T | None:
    """`value`, if it is None or has these methods; else `ConfigurationError`."""
    missing = [method for method in methods if not callable(getattr(value, method, None))]
    if value is not None and (missing or isinstance(value, type)):
        raise wrong(name, value, f"an object that has {', '.join(methods)}")
    return value


def moment(name: str, value: object) -> datetime:
    """`value`, if it is a datetime with a time zone; else `ConfigurationError`."""
    wanted = _moment(value)
    if wanted is not None or not isinstance(value, datetime):
        raise wrong(name, value, wanted or A_MOMENT)
    return value


def idempotency_key(value: object) -> str | None:
    """A key that DES accepts; `ConfigurationError` if it is not one."""
    if value is None or (isinstance(value, str) and IDEMPOTENCY_KEY.fullmatch(value)):
        return value
    raise wrong("idempotency_key", value, "1 to 255 visible ASCII characters, or leave it out")


# One check for each kind of argument


def _yes_or_no(value: object) -> str | None:
    return None if isinstance(value, bool) else "True or False"


def whole_number(value: object) -> str | None:
    """What to give instead; None if the value is a whole number."""
    is_whole = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    return None if is_whole else "a whole number of 64 bits"


def _number(value: object) -> str | None:
    if isinstance(value, float):
        return None if math.isfinite(value) else "a finite number"
    return None if whole_number(value) is None else "a number"


def _moment(value: object) -> str | None:
    if not isinstance(value, datetime):
        return A_MOMENT
    try:
        if value.utcoffset() is None:
            return "a datetime with its time zone, such as datetime.now(UTC)"
        value.astimezone(UTC)
    except OverflowError:
        return "a moment between the years 1 and 9999 of UTC"
    except Exception:  # a foreign time zone class
        return "a datetime whose time zone tells its offset"
    return None


def _day_or_moment(value: object) -> str | None:
    if isinstance(value, datetime):
        return _moment(value)
    return None if isinstance(value, date) else "a date"


def _id(value: object) -> str | None:
    if isinstance(value, str) and len(value) > LONGEST_ID:
        return f"an id of at most {LONGEST_ID} characters, not {len(value)}"
    return what_is_wrong_with_text(value)


def _texts(value: object) -> str | None:
    if isinstance(value, str):
        return "a list of texts, and not one text"
    if not isinstance(value, (list, tuple)):
        return "a list of texts"
    return next(
        (f"a list of texts: each {wanted}" for each in value if (wanted := what_is_wrong_with_text(each))), None
    )


def _updates(kind: type[AccountUpdate] | type[TransactionUpdate]) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, (list, tuple)) or not all(isinstance(each, kind) for each in value):
            return f"a list of {kind.__name__}"
        for update in value:
            required({"id": update.id})
            for field in attrs.fields(kind):
                checked(field.name, getattr(update, field.name))
        return None

    return check


# By the name of the argument. The first pattern that matches counts.
_KINDS: Sequence[tuple[str, Check]] = (
    ("show_[a-z_]+", _yes_or_no),
    ("[a-z_]+_cents|goals|page", whole_number),
    ("[a-z_]+_percent|seconds", _number),
    ("expires_at", _day_or_moment),
    ("[a-z_]+_(at|from|after)|at|after|moment|until", _moment),
    ("accounts", _updates(AccountUpdate)),
    ("transactions", _updates(TransactionUpdate)),
    ("errors", _texts),
    ("[a-z_]+_id|id|dream|source|target", _id),
    (".*", what_is_wrong_with_text),
)


@cache
def _check(name: str) -> Check:
    return next(check for pattern, check in _KINDS if re.fullmatch(pattern, name))

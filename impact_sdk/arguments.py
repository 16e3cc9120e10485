"""What a caller gives, looked at before anything is sent: whoever made a slip hears of which argument, and what it was.

What DES would refuse with a reason of its own is left to DES. Here is refused what is of the wrong kind, or can be
written in no JSON, header or address.
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

# Ids of DES have 36 characters, those of banks may be anything. A longer one fits into no address.
LONGEST_ID = 1_000

A_MOMENT = "a datetime with its time zone"

IDEMPOTENCY_KEY = re.compile("[!-~]{1,255}")

# Says what to give instead; None where the value is right.
Check = Callable[[object], str | None]


def checked(name: str, value: T) -> T:
    """`value`, as the argument `name` may have it; `ConfigurationError` where it may not. None and UNSET always may."""
    if value is None or value is UNSET:
        return value
    wanted = _check(name)(value.reveal() if isinstance(value, Secret) else value)
    if wanted is not None:
        raise wrong(name, value, wanted)
    return value


def required(values: Mapping[str, T]) -> Mapping[str, T]:
    """Arguments that nothing can be done without; `ConfigurationError` where one is None."""
    for name, value in values.items():
        if value is None:
            raise ConfigurationError(f"{name} is None; it has to be given")
    return values


def instance(name: str, value: object, kind: type[T], wanted: str) -> T:
    """`value`, which is one of a class; `ConfigurationError` where it is not."""
    if not isinstance(value, kind):
        raise wrong(name, value, wanted)
    return value


def able(name: str, value: T | None, *methods: str) -> T | None:
    """`value`, which has these methods, or None; `ConfigurationError` where it lacks one."""
    missing = [method for method in methods if not callable(getattr(value, method, None))]
    if value is not None and (missing or isinstance(value, type)):
        raise wrong(name, value, f"an object that has {', '.join(methods)}")
    return value


def moment(name: str, value: object) -> datetime:
    """`value`, which is a datetime with its time zone; `ConfigurationError` where it is not."""
    wanted = _moment(value)
    if wanted is not None or not isinstance(value, datetime):
        raise wrong(name, value, wanted or A_MOMENT)
    return value


def idempotency_key(value: object) -> str | None:
    """A key as DES takes it; `ConfigurationError` where it is none."""
    if value is None or (isinstance(value, str) and IDEMPOTENCY_KEY.fullmatch(value)):
        return value
    raise wrong("idempotency_key", value, "1 to 255 visible ASCII characters, or leave it out")


# One line for each kind of argument


def _yes_or_no(value: object) -> str | None:
    return None if isinstance(value, bool) else "True or False"


def whole_number(value: object) -> str | None:
    """What to give instead of a value; None where it is a whole number."""
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
    except Exception:  # somebody else's time zone
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


# By the names of arguments, which say what they are; the first that fits counts.
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

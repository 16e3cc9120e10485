"""What comes in a JSON body: tables of fields, each with a reader, and a refusal that names all that is wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from ...server.answers import Refused
from ...server.integers import integer
from ...server.nearest import nearest, not_known
from ...timeline.clock import EARLIEST, LATEST, WITHIN, moment
from ...timeline.durations import LONGEST
from ..network import Trouble

LONGEST_TEXT = 200


@attrs.frozen
class Field:
    """One field of a body.

    Attributes:
        read: Makes a value of what JSON has; ValueError, with a sentence, where that is not possible.
        meaning: What the page says of it.
        is_required: There is no body without it.
    """

    read: Callable[[Any], Any]
    meaning: str
    is_required: bool = False


Fields = Mapping[str, Field]


def values(body: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """What a body says, by the names of its fields; what it does not say is left out.

    Raises:
        Refused: 400, with all that is wrong: unknown fields, missing ones, and those that cannot be read.
    """
    wrong = not_known(body.keys() - fields.keys(), fields)
    read: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in body:
            if field.is_required:
                wrong[name] = ["is missing"]
            continue
        try:
            read[name] = field.read(body[name])
        except ValueError as error:
            wrong[name] = [str(error)]
    if wrong:
        raise Refused(400, dict(sorted(wrong.items())))
    return read


def one_of(*words: str) -> Callable[[Any], str]:
    """Reads one of these words."""

    def read(value: Any) -> str:
        if value not in words:
            near = nearest(value, words) if isinstance(value, str) else None
            raise ValueError(f"must be {' or '.join(words)}" + (f"; did you mean {near}?" if near else ""))
        return str(value)

    return read


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def whole(*, least: int, most: int = 10**15) -> Callable[[Any], int]:
    """Reads an integer."""

    def read(value: Any) -> int:
        number = integer(value)
        if number is None or not least <= number <= most:
            raise ValueError(f"must be an integer from {least} to {most}")
        return number

    return read


def seconds_from(least: timedelta) -> Callable[[Any], timedelta]:
    """Reads a duration of so much or more."""
    shortest, longest = least.total_seconds(), LONGEST.total_seconds()

    def read(value: Any) -> timedelta:
        if not isinstance(value, int | float) or isinstance(value, bool) or not shortest <= value <= longest:
            raise ValueError(f"must be a number of seconds from {shortest:.0f} to {longest:.0f}")
        return timedelta(seconds=value)

    return read


seconds = seconds_from(timedelta())


def text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or "\0" in value:
        raise ValueError(f"must be a text of 1 to {LONGEST_TEXT} characters")
    return value


def at(value: Any) -> datetime:
    """Reads a moment."""
    try:
        return moment(value)
    except (TypeError, ValueError):
        raise ValueError("must be a moment with its offset from UTC, such as 2027-01-04T08:00:00Z") from None


def start(value: Any) -> datetime:
    """Reads a moment at which a world can begin."""
    return _between(EARLIEST, at(value), LATEST)


def goal(value: Any) -> datetime:
    """Reads a moment that a clock is to come to; how far ahead that may be, only its world knows."""
    return _between(EARLIEST, at(value), None)


def _between(earliest: datetime, moment: datetime, latest: datetime | None) -> datetime:
    if moment < earliest or (latest is not None and moment > latest):
        raise ValueError(f"must be {WITHIN}")
    return moment


def several(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Reads a list, each of its items by itself."""

    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return [read(each) for each in value]

    return read_all


def nothing_or(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads null as None."""
    return lambda value: None if value is None else read(value)


TROUBLE = one_of(*(trouble.value for trouble in Trouble))

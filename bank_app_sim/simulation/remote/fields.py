"""The fields of the control plane's bodies: tables of readers, each with its meaning for the page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ...server.http import fields
from ...server.http.readers import Reader, at
from ...timeline.moments import EARLIEST, LATEST, WITHIN


@attrs.frozen
class Field:
    """One field of a body.

    Attributes:
        read: Makes a value of what JSON has; `ValueError`, with the sentence for the client, if it cannot.
        meaning: What the page says of it.
        is_required: No body is without it.
    """

    read: Callable[[Any], Any]
    meaning: str
    is_required: bool = False


Fields = Mapping[str, Field]


def values(body: Mapping[str, Any], table: Fields) -> dict[str, Any]:
    """The values of a body by the names of its fields, without those that the body leaves out.

    Raises:
        Refused: 400, with all that is wrong: unknown fields, missing ones, and those that cannot be read.
    """
    given = fields.Fields(body)
    read: dict[str, Any] = {}
    for name, field in table.items():
        if given.given(name) or field.is_required:
            read[name] = given.required(name, Reader(field.read, None))
    given.check()
    return read


def start(value: object) -> datetime:
    """A moment at which a world can begin."""
    moment = goal(value)
    if moment > LATEST:
        raise ValueError(f"must be {WITHIN}")
    return moment


def goal(value: object) -> datetime:
    """A moment that a clock can go to; only its world knows how far ahead that may be."""
    moment = at(value)
    if moment < EARLIEST:
        raise ValueError(f"must be {WITHIN}")
    return moment

"""JSON to values and back. Nothing else in the SDK knows how names are written on the wire."""

import enum
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from .arguments import checked
from .models import UNSET
from .parsing import json_text
from .parsing.json_text import JSON
from .parsing.wire_names import camel as camel
from .parsing.wire_names import wire_name as wire_name
from .secrets import revealed

if TYPE_CHECKING:
    import cattrs

T = TypeVar("T")


class Unreadable(ValueError):
    """The text is not what the documents promise. `problems` names each place: `a number for a text @ $.dream.id`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        return Unreadable, (self.problems,)


# Writing


def body(root: str, values: Mapping[str, object]) -> dict[str, JSON]:
    """A request's body: a caller's arguments as `sent()`, below the root key that names the resource."""
    return {camel(root): sent(values)}


def sent(arguments: Mapping[str, object]) -> dict[str, JSON]:
    """As `fields()`, for a caller's arguments; `ConfigurationError` if one of them cannot be sent."""
    return fields({name: checked(name, value) for name, value in arguments.items()})


def fields(values: Mapping[str, object]) -> dict[str, JSON]:
    """JSON values under their wire names. UNSET is left out, None becomes null."""
    return {camel(name): plain(value) for name, value in values.items() if value is not UNSET}


def given(values: Mapping[str, T | None]) -> dict[str, T]:
    """The values that are not None, for requests in which null means the same as nothing."""
    return {name: value for name, value in values.items() if value is not None}


def plain(value: Any) -> JSON:
    """A value as JSON has it; one of our models becomes an object under its wire names."""
    if attrs.has(type(value)):
        held = [(wire_name(field), getattr(value, field.name)) for field in attrs.fields(type(value))]
        return {name: plain(each) for name, each in held if each is not UNSET}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float):
        return float(value)  # orjson does not write a subclass of another library
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def dumps(value: object) -> bytes:
    return json_text.library().dumps(value, revealed)


# Reading


def loads(text: bytes) -> JSON:
    """The JSON value in `text`, which anybody may have written; `Unreadable` if there is none (see `json_text`)."""
    try:
        return json_text.parsed(text)
    except ValueError as error:
        problem = f"no JSON: {error}"
    del text  # a report of an error shows what a frame holds
    raise Unreadable([problem])


def read(kind: type[T], value: object, *, below: str | None = None) -> T:
    """A value of class `kind` from JSON values.

    Unknown names are ignored, and null means the same as a missing optional name, because DES may add names and leave
    some out. `Unreadable`, with the path, if a required name is missing or a value has the wrong type.
    """
    found = [f"{below} is missing @ $"]
    try:
        if below is None:
            return _converter().structure(value, kind)
        if isinstance(value, dict) and below in value:
            return _converter().structure(value[below], kind)
    except Exception as error:
        from .models.structuring import problems

        root = "@ $" if below is None else f"@ $.{below}"
        found = [root.join(problem.rsplit("@ $", 1)) for problem in problems(error)]
    # The error has no cause: the cause's frames are a library's, and hold the answer too.
    del value
    raise Unreadable(found)


@cache
def _converter() -> "cattrs.Converter":
    from .models.structuring import converter  # loads cattrs, which a host's start should not pay for

    return converter


def read_list(kind: type[T], value: object) -> list[T]:
    """A list of them."""
    kinds: Any = GenericAlias(list, (kind,))
    items: list[T] = read(kinds, value)
    return items

"""Parts of a value, by JSON pointer or JSONPath."""

import functools
import itertools
import re
from typing import Any

import jsonpath

from impact_sdk.parsing.visible import visible

from .errors import ExpressionError, NoSuchValue, instead
from .expressions import is_expression
from .time_limit import TookTooLong, time_limit

# JSONPath of RFC 9535, without the extras of the library.
_RFC_9535 = jsonpath.JSONPathEnvironment(strict=True)

# RFC 6901, 4: ASCII digits without leading zeros. No list here has a billion elements.
_POSITION = re.compile(r"0|[1-9][0-9]{0,8}")


# What people write is shorter and selects less.
LONGEST = 1_000
MOST_SELECTED = 10_000


@functools.lru_cache
def path(text: str) -> Any:
    """A compiled JSONPath.

    Raises:
        ExpressionError: It is not one, or it is too long.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"this JSONPath has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        return _RFC_9535.compile(text)
    except RecursionError:
        raise ExpressionError(f"{visible(text, longest=80)!r} is nested too deeply to be a JSONPath") from None
    except jsonpath.JSONPathError as error:
        raise ExpressionError(f"{text!r} is not a JSONPath (RFC 9535): {_reason(error)}") from error


def _reason(error: jsonpath.JSONPathError) -> str:
    # Not str(error): it draws the path, and fails if the mistake is at its end.
    return str(error.args[0]) if error.args else type(error).__name__


def at_path(value: object, text: str) -> list[Any]:
    """All that a JSONPath selects.

    Raises:
        ExpressionError: It is not one, cannot be applied, selects too much, or takes too long.
    """
    compiled = path(text)
    try:
        if not isinstance(value, dict | list):  # it has no children; the library would read a text as JSON
            return [] if compiled.segments else [value]
        with time_limit():
            selected = [match.obj for match in itertools.islice(compiled.finditer(value), MOST_SELECTED + 1)]
    except jsonpath.JSONPathError as error:
        raise ExpressionError(f"{text!r} cannot be applied: {_reason(error)}") from error
    except (TookTooLong, RecursionError):
        raise ExpressionError(f"{text!r} takes too long to be applied to this value") from None
    if len(selected) > MOST_SELECTED:
        raise ExpressionError(f"{text!r} selects more than {MOST_SELECTED:,} values")
    return selected


def is_selector(value: object) -> bool:
    """Whether an object in the data of a request is a Selector Object, and not data that looks similar."""
    if not isinstance(value, dict) or set(value) != {"context", "selector", "type"}:
        return False
    if isinstance(value["type"], dict):
        texts = [value["type"].get("type"), value["type"].get("version"), value["selector"]]
    else:
        texts = [value["type"], value["selector"]]
    return all(isinstance(text, str) for text in texts) and is_expression(value["context"])


def at_pointer(value: object, pointer: str, *, of: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to.

    Args:
        of: What is looked into, for the message.

    Raises:
        NoSuchValue: There is nothing.
    """
    for name in _names(pointer):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and _POSITION.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            raise NoSuchValue(f"{of}: {_what_is_there(value, name)}")
    return value


def _names(pointer: str) -> list[str]:
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]


def _what_is_there(value: object, name: str) -> str:
    if isinstance(value, dict):
        return f"there is no {name!r}{instead(name, value)}"
    if isinstance(value, list):
        return f"there is no element {name}; the list has {len(value)}"
    return f"there is no {name!r} in {'nothing' if value is None else 'a single value'}"

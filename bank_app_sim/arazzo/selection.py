"""JSON pointers and JSONPath: the parts of a value, and other values in their places."""

import copy
import functools
from typing import Any

import jsonpath

from .errors import ExpressionError, NoSuchValue, instead
from .expressions import is_expression

# Without the extras of the library: JSONPath as RFC 9535 has it.
_RFC_9535 = jsonpath.JSONPathEnvironment(strict=True)


@functools.cache
def path(text: str) -> Any:
    """A compiled JSONPath.

    Raises:
        ExpressionError: It is none.
    """
    try:
        return _RFC_9535.compile(text)
    except jsonpath.JSONPathError as error:
        raise ExpressionError(f"{text!r} is no JSONPath (RFC 9535): {_reason(error)}") from error


def _reason(error: jsonpath.JSONPathError) -> str:
    # Not str(error), which draws the path, and fails where the mistake is behind its end.
    return str(error.args[0]) if error.args else type(error).__name__


def at_path(value: Any, text: str) -> list[Any]:
    """All that a JSONPath selects.

    Raises:
        ExpressionError: It is none, or cannot be applied.
    """
    compiled = path(text)
    try:
        selected: list[Any] = compiled.findall(value) if isinstance(value, dict | list) else []
    except jsonpath.JSONPathError as error:
        raise ExpressionError(f"{text!r} cannot be applied: {_reason(error)}") from error
    return selected


def is_selector(value: Any) -> bool:
    """Whether an object among the data of a request is a Selector Object, and not data that happens to look alike."""
    if not isinstance(value, dict) or set(value) != {"context", "selector", "type"}:
        return False
    if isinstance(value["type"], dict):
        texts = [value["type"].get("type"), value["type"].get("version"), value["selector"]]
    else:
        texts = [value["type"], value["selector"]]
    return all(isinstance(text, str) for text in texts) and is_expression(value["context"])


def at_pointer(value: Any, pointer: str, *, of: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to.

    Args:
        of: What is looked into, for the message.

    Raises:
        NoSuchValue: Nothing is there.
    """
    for name in _names(pointer):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise NoSuchValue(f"{of}: {_what_is_there(value, name)}")
    return value


def put(value: Any, pointer: str, new: Any) -> Any:
    """A copy of a value, with another in the place of a JSON pointer; a name that is not there is added.

    Raises:
        NoSuchValue: There is no such place.
    """
    *parents, last = _names(pointer) or [""]
    if not pointer:
        return new
    changed = copy.deepcopy(value)
    place = changed
    for name in parents:
        place = at_pointer(place, f"/{_escaped(name)}", of=pointer)
    if isinstance(place, dict):
        place[last] = new
    elif isinstance(place, list) and last.isdecimal() and int(last) < len(place):
        place[int(last)] = new
    else:
        raise NoSuchValue(f"{pointer}: {_what_is_there(place, last)}")
    return changed


def put_at_path(value: Any, text: str, new: Any) -> Any:
    """As `put()`, in every place that a JSONPath selects; there is at least one."""
    places = [match.pointer() for match in path(text).finditer(value)] if isinstance(value, dict | list) else []
    if not places:
        raise NoSuchValue(f"{text}: selects nothing in the payload")
    for place in places:
        value = put(value, str(place), new)
    return value


def _names(pointer: str) -> list[str]:
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _what_is_there(value: Any, name: str) -> str:
    if isinstance(value, dict):
        return f"there is no {name!r}{instead(name, value)}"
    if isinstance(value, list):
        return f"there is no element {name}; the list has {len(value)}"
    return f"there is no {name!r} in {'nothing' if value is None else 'a single value'}"

"""Reads JSON text of others. orjson and the standard library accept and refuse the same texts."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Never, Protocol, TypeAlias

# Any JSON value. Its type is known only when somebody reads it.
JSON: TypeAlias = Any

# What the documents show is nested six deep. Whatever is nested much deeper than that could be read, and then neither
# shown nor written again: Python's own `repr` ends at a few hundred levels, orjson writes 254.
DEEPEST = 100

TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"

# RFC 8259, 8.1: nobody may send one, and a reader may pass over it.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parsed(text: bytes) -> JSON:
    """The JSON value in UTF-8 `text`.

    A name that stands twice in an object has its last value. Integers that 64 bits do not hold become numbers, as for
    most who read JSON.

    Raises:
        ValueError: It is no JSON, or is nested deeper than 100 levels, or has half of a character, NaN, an infinity,
            or a number that is as good as one.
    """
    value, problem = _read(text.removeprefix(BYTE_ORDER_MARK))
    # Fewer brackets than levels: most answers need no closer look.
    if problem is None and text.count(b"[") + text.count(b"{") > DEEPEST and _is_too_deep(value):
        problem = TOO_DEEP
    if problem is not None:
        # What a frame holds, a report of an error shows. So this comes from no other error either.
        del text, value
        raise ValueError(problem)
    return value


def _read(text: bytes) -> tuple[JSON, str | None]:
    """The value, or the reason why there is none. Both libraries give the same reason."""
    try:
        return library().loads(text), None
    except (ValueError, RecursionError) as error:
        problem = str(error)
    try:
        StandardJSON.loads(text)
    except RecursionError:
        problem = TOO_DEEP
    except ValueError as error:
        problem = str(error)
    return None, problem


def _is_too_deep(value: object) -> bool:
    level: list[JSON] = [[value]]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


class StandardJSON:
    """The standard library's JSON, with bytes, and as strict as orjson."""

    @staticmethod
    def dumps(value: object, /, default: Callable[[object], JSON] | None = None) -> bytes:
        return json.dumps(value, default=default, ensure_ascii=False, separators=(",", ":")).encode()

    @staticmethod
    def loads(text: bytes, /) -> JSON:
        value = _decoder().decode(text.decode())
        if b"\\u" in text:
            StandardJSON.dumps(value)  # raises where half of a character stands alone
        return value


class Library(Protocol):
    """What we need of a JSON library: orjson has it."""

    def dumps(self, value: object, /, default: Callable[[object], JSON] | None = None) -> bytes: ...

    def loads(self, text: bytes, /) -> JSON: ...


@cache
def library() -> "Library":
    """orjson if it is installed (it is an extra), else the standard library."""
    try:
        import orjson
    except ImportError:
        return StandardJSON
    return orjson


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=_finite, parse_int=_integer, parse_constant=_refused)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _integer(text: str) -> int | float:
    # int() refuses more than some thousand digits, and takes its time over fewer.
    if len(text) < 21 and -(2**63) <= (number := int(text)) < 2**64:
        return number
    return _finite(text)


def _refused(text: str) -> Never:
    raise ValueError(f"{text} is not a number in JSON")

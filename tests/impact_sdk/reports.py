"""What a report of an error has: the message and the notes of each error of the chain, and all local variables."""

import base64
import traceback
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote, quote_plus

TESTS = str(Path(__file__).parents[1])

# More than any reporter goes into.
DEEPEST = 6


def spellings(secret: str) -> list[str]:
    """A secret in each of the ways in which a report may have it."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), quote_plus(secret), encoded, repr(secret)[1:-1], secret[:20]]


def what_is_told(error: BaseException, secrets: Mapping[str, str]) -> list[str]:
    """Where a report of an error has a secret: its name, and the place."""
    wanted = {name: spellings(secret) for name, secret in secrets.items()}
    return sorted(
        {
            f"{name} in {place}"
            for place, text in _report(error)
            for name, ways in wanted.items()
            if any(way in text for way in ways)
        }
    )


def what_is_shown(value: Any, secrets: Mapping[str, str]) -> list[str]:
    """Which secrets a value shows that is printed, or looked through."""
    return sorted(
        {name for text in _texts(value) for name in secrets if any(way in text for way in spellings(secrets[name]))}
    )


def _report(error: BaseException) -> Iterator[tuple[str, str]]:
    """Each text of it, and where that stands."""
    left, seen = [error], set[int]()
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        kind = type(each).__name__
        yield f"{kind}, its text", f"{each} {each!r}"
        for text in _texts([each.args, vars(each)]):
            yield f"{kind}, what it holds", text
        for frame, line in traceback.walk_tb(each.__traceback__):
            if not frame.f_code.co_filename.startswith(TESTS):  # whoever calls us knows the secrets
                yield from _frame(kind, frame, line)
        left += [next_one for next_one in (each.__cause__, each.__context__) if next_one is not None]
        left += each.exceptions if isinstance(each, BaseExceptionGroup) else []


def _frame(kind: str, frame: FrameType, line: int) -> Iterator[tuple[str, str]]:
    file = "/".join(Path(frame.f_code.co_filename).parts[-2:])
    for name, value in list(frame.f_locals.items()):
        for text in _texts(value):
            yield f"{kind}, {file}:{line} {frame.f_code.co_name}, {name}", text


def _texts(value: Any, depth: int = DEEPEST) -> Iterator[str]:
    try:
        yield repr(value)
    except Exception as error:  # of an object that is half made
        yield repr(error)
    if depth == 0:
        return
    if isinstance(value, Mapping):
        for key, held in list(value.items()):
            yield from _texts(key, depth - 1)
            yield from _texts(held, depth - 1)
    elif isinstance(value, (Sequence, Set)) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        for held in list(value):
            yield from _texts(held, depth - 1)

"""Errors as a report of them may have them: such a report shows the local variables of all frames, as their `repr`.

Ours hold secrets in a class that shows nothing (`secrets`). Those of a library hold whole requests as they are, and
those of a caller's arguments what the caller wrote: such frames are left out. An error says all by its message.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from .errors import ConfigurationError
from .mistakes.shown import told
from .secrets import Redaction

P = ParamSpec("P")
T = TypeVar("T")
Error = TypeVar("Error", bound=BaseException)


def without_frames(error: Error, *, handled: BaseException | None) -> Error:
    """The same error without the frames that it has passed, and those that it came from without theirs.

    Args:
        handled: What the caller was dealing with when it called us (`sys.exc_info()[1]`): Python says of all that is
            raised meanwhile that it came from that, which is the caller's own.
    """
    for each in _chain(error, but=handled):
        each.__traceback__ = None
    return error


def without_secrets(error: Error, redaction: Redaction) -> Error:
    """The same error, whose text repeats no secret; what it came from is told in its place where that does.

    Libraries quote what they were sent, and servers send what they were sent.
    """
    error.args = tuple(redaction.of(each) if isinstance(each, str) else each for each in error.args)
    causes = [each for each in _chain(error, but=None) if each is not error]
    if any(redaction.of(text) != text for text in map(_all_that_it_says, causes)):
        error.__cause__ = Exception(redaction.of("; ".join(map(told, causes))))
        error.__context__ = None
    return error


def told_without_frames(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose mistakes of use come without any frame of ours: its arguments have secrets in them."""

    @wraps(function)
    def called(*args: P.args, **given: P.kwargs) -> T:
        handled = sys.exc_info()[1]
        try:
            return function(*args, **given)
        except ConfigurationError as error:
            problem = error
        del args, given
        raise without_frames(problem, handled=handled)

    return called


def _all_that_it_says(error: BaseException) -> str:
    try:
        return f"{error} {error!r} {vars(error)}"
    except Exception:  # somebody else's: nobody can show it
        return ""


def _chain(error: BaseException, *, but: BaseException | None) -> list[BaseException]:
    """An error, and all that it came from, up to another one."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and each is not but and not any(each is known for known in found):
            found.append(each)
            left += [each.__context__, each.__cause__]
            left += each.exceptions if isinstance(each, BaseExceptionGroup) else []
    return found

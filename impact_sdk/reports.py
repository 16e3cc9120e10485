"""Errors without secrets. Tools that report errors show the local variables of all frames, as their `repr`.

Our own frames hold secrets in a class that shows nothing (`secrets`). Frames of a library hold whole requests, and
frames with a caller's arguments hold what the caller wrote. Such frames are removed. The message of an error says all.
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
    """The same error without its traceback, and its causes without theirs.

    Args:
        handled: The error that the caller was handling when it called us (`sys.exc_info()[1]`). Python makes it the
            context of each error that is raised meanwhile; it is the caller's own and stays unchanged.
    """
    for each in _chain(error, but=handled):
        each.__traceback__ = None
    return error


def without_secrets(error: Error, redaction: Redaction) -> Error:
    """The same error with no secret in its text. If a cause repeats a secret, its redacted text takes its place.

    Libraries and servers quote requests.
    """
    error.args = tuple(redaction.of(each) if isinstance(each, str) else each for each in error.args)
    causes = [each for each in _chain(error, but=None) if each is not error]
    if any(redaction.of(text) != text for text in map(_all_that_it_says, causes)):
        error.__cause__ = Exception(redaction.of("; ".join(map(told, causes))))
        error.__context__ = None
    return error


def told_without_frames(function: Callable[P, T]) -> Callable[P, T]:
    """A decorator: the `ConfigurationError`s of a function have none of our frames, since they hold secrets."""

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
    except Exception:  # a foreign class that cannot be shown
        return ""


def _chain(error: BaseException, *, but: BaseException | None) -> list[BaseException]:
    """An error, its causes and its contexts, without `but` and what is behind it."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and each is not but and not any(each is known for known in found):
            found.append(each)
            left += [each.__context__, each.__cause__]
            left += each.exceptions if isinstance(each, BaseExceptionGroup) else []
    return found

"""Errors for unknown and missing arguments. They suggest the right name."""

import inspect
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar, get_args

from .errors import UnknownArgument
from .shown import shown

P = ParamSpec("P")
T = TypeVar("T")

# Names in other SDKs, for our own names.
OF_OTHERS = {
    "max_retries": "attempts",
    "max_network_retries": "attempts",
    "retries": "attempts",
    "request_timeout": "timeout",
    "api_key": "auth",
    "credentials": "auth",
    "api_base": "base_url",
    "base": "base_url",
    "endpoint": "base_url",
    "host": "base_url",
    "url": "base_url",
    "http_client": "transport",
    "headers": "default_headers",
    "extra_headers": "default_headers",
    "user_agent": "app_info",
    "proxies": "proxy",
    "amount": "amount_cents",
}


def require_known(called: str, given: dict[str, object], known: Iterable[str]) -> None:
    """`UnknownArgument`, with the nearest name, if there is no argument of a given name."""
    for name in given:
        if name not in known:
            given.clear()  # a report of an error shows what a frame holds
            # Without its value: it may be a secret under a misspelled name.
            raise UnknownArgument(f"{called} has no argument {shown(name)}; {_hint(name, [*known])}")


def _hint(name: str, known: Collection[str]) -> str:
    import difflib

    near = OF_OTHERS.get(name)
    if near not in known:
        near = next(iter(difflib.get_close_matches(name, known, n=1)), None)
    return f"did you mean {near}?" if near else f"it takes {', '.join(known)}"


def told_by_name(called: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: the method's errors about wrong arguments also say which arguments there are.

    Args:
        called: Such as `sdk.register()`.
    """

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def asked(*args: P.args, **given: P.kwargs) -> T:
            try:
                return method(*args, **given)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise  # from within the method, not from the call
            count, names = len(args) - 1, list(map(str, given))
            del args, given  # a report of an error shows what a frame holds
            raise _problem(called, method, count, names)

        return asked

    return decorate


def made_by_name(kind: type[T]) -> type[T]:
    """The same for the arguments of a class."""
    setattr(kind, "__init__", told_by_name(f"{kind.__name__}()")(kind.__init__))  # noqa: B010  # mypy forbids the other
    return kind


def _problem(called: str, method: Callable[..., object], count: int, given: Collection[str]) -> UnknownArgument:
    """The error for a call that Python has refused.

    Args:
        count: The number of positional arguments.
        given: The names of the others.
    """
    parameters = list(inspect.signature(method).parameters.values())[1:]
    named = [each for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]
    options = get_args(method.__annotations__.get("options"))
    known = [*(each.name for each in named), *(name for each in options for name in each.__annotations__)]
    try:
        require_known(called, dict.fromkeys(given), known)
    except UnknownArgument as error:
        return error
    by_place = [each.name for each in named if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    required = [each.name for each in named if each.default is inspect.Parameter.empty]
    missing = [name for name in required if name not in given and name not in by_place[:count]]
    if missing and count <= len(by_place):
        return UnknownArgument(f"{called} was not given {' and '.join(missing)}; it takes {', '.join(known)}")
    return UnknownArgument(f"{called} was given {count} without a name; give them by name: {', '.join(known)}")

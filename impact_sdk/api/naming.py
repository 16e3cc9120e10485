"""Makes each method of the API a call of the SDK, and checks the names of its arguments."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar, get_args

from ..http.options import CallOptions
from ..http.transport import Transport
from ..mistakes.named import require_known
from ..mistakes.wrong import SECRETS
from ..secrets import Secret

T = TypeVar("T")

OPTIONS = "options"
# Listings without a last page.
ENDLESS = frozenset({"events.follow"})


def called_by_name(kind: type[T]) -> type[T]:
    """A class decorator: its public methods know the names of their options, and are calls of the SDK.

    Methods only pass their options on. Without this, the error for a misspelled option would come from deep within, and
    for a listing only with its first page; and some names have a meaning there.
    """
    group = "_".join(word.lower() for word in re.findall("[A-Z][a-z]*", kind.__name__))
    return calls_of(group, f"api.{group}.", lambda of, transport: type(of)(transport))(kind)


def calls_of(group: str, called: str, through: Callable[[Any, Transport], Any]) -> Callable[[type[T]], type[T]]:
    """As `called_by_name()`, for any class whose instances have a `_transport`.

    Args:
        group: The first part of the names of its calls: `session`, for `session.create_dream`.
        called: The text before a method's name in messages about its arguments.
        through: Makes an instance that uses another transport.
    """

    def decorate(kind: type[T]) -> type[T]:
        for name, method in list(vars(kind).items()):
            is_public = not name.startswith("_") and name != "with_options"
            if is_public and inspect.isfunction(method) and OPTIONS in method.__annotations__:
                setattr(kind, name, _strict(method, f"{group}.{name}", f"{called}{name}()", through))
        return kind

    return decorate


def _strict(
    method: FunctionType, name: str, called: str, through: Callable[[Any, Transport], Any]
) -> Callable[..., Any]:
    (options,) = get_args(method.__annotations__[OPTIONS])
    code = method.__code__  # much faster than inspect.signature(): an app pays for it at its start
    arguments = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    known = dict.fromkeys([*arguments, *options.__annotations__])
    secrets = SECRETS.intersection(known)

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def asked(of: Any, /, *args: Any, **given: Any) -> Any:
            require_known(called, given, known)
            for each in secrets.intersection(given):
                given[each] = given[each] and Secret(given[each])
            if not of._transport.begins_with(given):
                return await method(of, *args, **given)
            async with of._transport.calling(name, _limits(given)) as transport:
                return await method(through(of, transport), *args, **given)

        return asked

    ends = name not in ENDLESS

    @wraps(method)
    def listed(of: Any, /, *args: Any, **given: Any) -> Any:
        require_known(called, given, known)
        if of._transport.begins_with(given):
            of = through(of, of._transport.listing(name, _limits(given), ends=ends))
        return method(of, *args, **given)

    return listed


def _limits(given: dict[str, Any]) -> CallOptions:
    """Take the limits out of the arguments."""
    limits: CallOptions = {}
    if "timeout" in given:
        limits["timeout"] = given.pop("timeout")
    if "attempts" in given:
        limits["attempts"] = given.pop("attempts")
    if "deadline" in given:
        limits["deadline"] = given.pop("deadline")
    return limits

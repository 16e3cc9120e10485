"""Arguments of the API's methods by names that there are not: said where they are given, with the nearest name."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar, get_args

from ..mistakes import SECRETS
from ..policy import require_known
from ..secrets import Secret

T = TypeVar("T")

OPTIONS = "options"


def called_by_name(kind: type[T]) -> type[T]:
    """The class, whose public methods know the names of their options.

    They hand options on as they came. Without this, whoever misspells one would hear of it from within, or of a
    listing not before its first page; and some names mean something there.
    """
    group = "_".join(word.lower() for word in re.findall("[A-Z][a-z]*", kind.__name__))
    for name, method in list(vars(kind).items()):
        if inspect.isfunction(method) and not name.startswith("_") and OPTIONS in method.__annotations__:
            setattr(kind, name, _strict(method, f"api.{group}.{name}()"))
    return kind


def _strict(method: FunctionType, called: str) -> Callable[..., Any]:
    (options,) = get_args(method.__annotations__[OPTIONS])
    code = method.__code__  # as inspect.signature() says, and much sooner: an app pays for it at its start
    arguments = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    known = dict.fromkeys([*arguments, *options.__annotations__])
    secrets = SECRETS.intersection(known)

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def asked(*args: Any, **given: Any) -> Any:
            require_known(called, given, known)
            for name in secrets.intersection(given):
                given[name] = given[name] and Secret(given[name])
            return await method(*args, **given)

        return asked

    @wraps(method)
    def listed(*args: Any, **given: Any) -> Any:
        require_known(called, given, known)
        return method(*args, **given)

    return listed

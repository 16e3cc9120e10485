"""The client that a `Blocking` makes for itself, and its error messages about one. Imports no asyncio."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from ..errors import ConfigurationError
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong

C = TypeVar("C")

CLOSED = "this Blocking is closed; make another one"

WAYS_TO_MAKE = "a function that makes the client, such as `lambda: ImpactAPI(DES_URL, auth=…)`"


def require_callable(make: object) -> None:
    """`ConfigurationError` if `make` cannot be called."""
    if not callable(make):
        raise wrong("make", make, WAYS_TO_MAKE)


def made(make: Callable[[], AbstractAsyncContextManager[C]]) -> AbstractAsyncContextManager[C]:
    """A new client, not open yet; `ConfigurationError` if `make` returns something else."""
    client = make()
    if isinstance(client, type) or not hasattr(client, "__aenter__") or not hasattr(client, "__aexit__"):
        raise ConfigurationError(
            f"make gave {shown(client)}, which is no client to open and close; give {WAYS_TO_MAKE}"
        )
    return client

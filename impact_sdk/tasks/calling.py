"""Runs code of the host, such as a callback, and gives its result as a value: an answer, or a failure.

A cancellation is no such value, and neither is the end of the program: both pass through as they are raised. Only the
owner of the cancel scope knows what its cancellation means.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Generic, TypeVar

import attrs

from .handed_over import awaitable, is_hosts_own

Request = TypeVar("Request")
T = TypeVar("T")


@attrs.frozen
class Answered(Generic[T]):
    """The host's code returned."""

    value: T = attrs.field(repr=False)  # it may be an ID token


@attrs.frozen
class Failed:
    """The host's code raised, or could not be awaited."""

    error: BaseException


async def result_of(work: Awaitable[T]) -> Answered[T] | Failed:
    """Await `work`, which runs code of the host."""
    try:
        return Answered(await work)
    except BaseException as error:
        if not is_hosts_own(error):
            raise
        return Failed(error)


async def call(
    callback: Callable[[Request], Awaitable[T]],
    request: Request,
    watched: "AbstractAsyncContextManager[object, None] | None" = None,
) -> Answered[T] | Failed:
    """Call a callback of the host and await its answer.

    Args:
        watched: A block that lasts as long as the call.
    """

    async def work() -> T:
        async with watched or nullcontext():
            return await awaitable(callback(request))

    return await result_of(work())

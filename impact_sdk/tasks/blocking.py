"""The SDK in code that cannot await: Flask, Django under WSGI, Celery, a script.

    impact = Blocking(ImpactAPI.from_env)

    def user(user_id):                                 # in any thread, of any process
        return impact.call(lambda api: api.users.get(user_id))

    def settle_all():
        for transaction in impact.each(lambda api: api.transactions.drain()):
            if not transaction.waits_for_account:
                impact.call(settle, transaction.id)

    async def settle(api, transaction_id):             # several steps in one call, with all that asyncio has
        await api.transactions.settle(transaction_id)

There is no second API to learn: this calls the same client, in an event loop with a thread of its own.
"""

import atexit
import inspect
import logging
import os
import threading
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, TypeVarTuple

import attrs
from anyio.lowlevel import current_token

from ..errors import ConfigurationError
from ..logs import fields
from ..mistakes.shown import shown, told
from ..mistakes.wrong import wrong
from .made_client import CLOSED, require_callable

if TYPE_CHECKING:
    from .loop_thread import LoopThread

logger = logging.getLogger("impact_sdk")

C = TypeVar("C")
T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class Blocking(Generic[C]):
    """A client for blocking code: one object for all threads, and for all processes that are forked from this one.

    It opens at its first call in each process. If a prefork server makes it before it forks, the workers share no
    connection. It closes at `close()`, at the end of a `with` block, or at the end of the process. A call sees the
    context variables of its thread, such as the present span.

    Args:
        make: Makes the client: `ImpactAPI`, `ImpactSDK`, or any asynchronous context manager. It is called in the event
            loop, once in each process.

    Raises:
        ConfigurationError: `make` cannot be called.
    """

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[C]]) -> None:
        require_callable(make)
        self._make = make
        self._lock = threading.RLock()
        self._thread: LoopThread[C] | None = None
        self._is_closed = False
        _everyone.add(self)

    def __repr__(self) -> str:
        is_open = self._thread is not None and self._thread.is_running
        return f"<Blocking {'closed' if self._is_closed else 'open' if is_open else 'not open yet'}>"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        thread: LoopThread[C] | None = getattr(self, "_thread", None)
        if thread is not None:
            thread.tell_to_end()

    def open(self) -> None:
        """Open the client now and not at the first call. A second call does nothing.

        Raises:
            ConfigurationError: It is closed. Other exceptions of `make` and the client pass through, and the next call
                tries again.
        """
        self._open()

    def close(self) -> None:
        """Close the client of this process. A second call does nothing.

        Calls of other threads are cancelled and raise `OutcomeUnknown` there.
        """
        with self._lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.end()

    def call(self, do: Callable[[C, *Arguments], Awaitable[T]], *args: *Arguments) -> T:
        """Call `do(client, *args)`, await it, and return the result. Its exceptions pass through.

        An exception that a signal raises in this thread, such as KeyboardInterrupt or Celery's SoftTimeLimitExceeded,
        cancels the call.

        Args:
            do: An asynchronous function, or a lambda that calls one.

        Raises:
            ConfigurationError: It is closed; or this thread runs an event loop, which would stand still.
            OutcomeUnknown: Another thread has closed it meanwhile.
        """
        work = _Work[C, Awaitable[T]](_callable(do), args)
        del args
        return self._here().call(work)

    def each(self, do: Callable[[C, *Arguments], AsyncIterable[T]], *args: *Arguments) -> Iterator[T]:
        """The items of `do(client, *args)`, a listing, each fetched when it is needed.

        You may stop at any time. After an error you may ask for the next item if the listing allows that.

        Args:
            do: A function that returns a listing, or an asynchronous generator.

        Raises:
            ConfigurationError: As `call()`; or the listing was begun in another process.
        """
        work = _Work[C, AsyncIterable[T]](_callable(do), args)
        del args

        async def begin(client: C) -> AsyncIterator[T]:
            listing = work(client)
            if not hasattr(listing, "__aiter__"):
                if inspect.iscoroutine(listing):
                    listing.close()  # or Python would warn that it was never awaited
                raise ConfigurationError(
                    f"the function given to each() gave {shown(listing)}, which is no listing; use call() for it"
                )
            return aiter(listing)

        thread = self._here()
        return _Each(self, thread, thread.call(begin))

    def _open(self) -> "LoopThread[C]":
        from .loop_thread import LoopThread  # imports asyncio, which would slow down the start of hosts

        with self._lock:
            if self._is_closed:
                raise ConfigurationError(CLOSED)
            if self._thread is None or not self._thread.is_running:
                self._thread = LoopThread(self._make)
            thread = self._thread
        thread.wait_until_open()
        return thread

    def _here(self) -> "LoopThread[C]":
        """The thread for calls of the present one; `ConfigurationError` if the present one must not wait."""
        try:
            current_token()
        except RuntimeError:  # it runs no event loop
            return self._open()
        raise ConfigurationError(
            "this thread runs an event loop, which would stand still during a blocking call; await the client itself "
            "here, such as `await api.users.get(user_id)`"
        )

    def _forget(self) -> None:
        """Start anew in a forked process: the thread and its connections belong to the parent."""
        self._lock = threading.RLock()
        self._thread = None


@attrs.frozen(eq=False)
class _Work(Generic[C, T]):
    """A function with its arguments. Its `repr` shows none: error reports show frames, and one may be a token."""

    _do: Callable[..., T]
    _args: tuple[object, ...] = attrs.field(repr=False)

    def __call__(self, client: C) -> T:
        return self._do(client, *self._args)


@attrs.define(eq=False)
class _Each(Iterator[T], Generic[T]):
    """One item after the other. Not a generator, because one may ask again after an error."""

    _blocking: Blocking[Any]
    _thread: "LoopThread[Any]"
    _items: AsyncIterator[T]

    def __next__(self) -> T:
        if self._blocking._here() is not self._thread:
            raise ConfigurationError("this listing was begun in another process; call each() again in this one")
        for item in self._thread.call(self._next):
            return item
        raise StopIteration

    async def _next(self, _client: object) -> Sequence[T]:
        try:
            return (await anext(self._items),)
        except StopAsyncIteration:
            return ()


def _callable(do: T) -> T:
    if not callable(do):
        raise wrong("do", do, "a function that is given the client, such as `lambda api: api.users.get(user_id)`")
    return do


_everyone: "weakref.WeakSet[Blocking[Any]]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for blocking in list(_everyone):
        try:
            blocking.close()
        except Exception as error:  # the process ends anyway
            logger.debug(
                "a client was not closed at the end of the process: %s",
                told(error),
                extra=fields("blocking.not_closed"),
            )


def _forget_all() -> None:
    for blocking in list(_everyone):
        blocking._forget()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget_all)

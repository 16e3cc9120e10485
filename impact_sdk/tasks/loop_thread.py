"""An event loop in a thread of its own, with a client in it; `Blocking` has one in each process."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

import attrs

from ..errors import ConfigurationError, OutcomeUnknown
from ..logs import fields
from ..mistakes.shown import shown, told
from .handed_over import awaited
from .made_client import CLOSED, made

logger = logging.getLogger("impact_sdk")

C = TypeVar("C")
T = TypeVar("T")

# A call may refuse to end, and a process has to.
CLOSING_SECONDS = 10.0


class _Threads(concurrent.futures.ThreadPoolExecutor):
    """A thread for each DNS lookup.

    The standard pool takes no more work when the main thread has ended, but other threads may still call then.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **named: Any) -> "concurrent.futures.Future[T]":
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                value = fn(*args, **named)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(value)

        threading.Thread(target=work, name="impact-sdk lookup", daemon=True).start()
        return future


@attrs.define(eq=False)
class _Call(Generic[T]):
    """A call that a thread waits for and the loop executes."""

    _do: Callable[[], Awaitable[T]]
    answer: "concurrent.futures.Future[T]" = attrs.field(factory=concurrent.futures.Future, init=False)
    _task: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)

    def begin(self) -> "asyncio.Task[None]":
        self._task = asyncio.get_running_loop().create_task(self._perform())
        # Without an answer it was cancelled.
        self._task.add_done_callback(lambda _: self.answer.cancel())
        return self._task

    def give_up(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _perform(self) -> None:
        try:
            answer = self._do()
            if hasattr(answer, "__aiter__"):
                raise ConfigurationError(
                    f"the function given to call() gave {shown(answer)}, which is a listing; use each() for it"
                )
            value = await awaited("the function given to call()", answer)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # SystemExit too: it belongs to the caller, and must not end the loop
            self.answer.set_exception(error)
        else:
            self.answer.set_result(value)


@attrs.define(eq=False)
class LoopThread(Generic[C]):
    """Opens the client, executes the calls of threads, and closes the client.

    Args:
        make: Makes the client, in the loop.
    """

    _make: Callable[[], AbstractAsyncContextManager[C]]
    _loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.new_event_loop, init=False)
    _thread: threading.Thread = attrs.field(init=False)
    _opened: "concurrent.futures.Future[C]" = attrs.field(factory=concurrent.futures.Future, init=False)
    _told: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _main: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)
    _tasks: "set[asyncio.Task[None]]" = attrs.field(factory=set, init=False)
    # Held while a call is accepted or refused: no thread waits for a loop that has ended.
    _accepting: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _takes_calls: bool = attrs.field(default=True, init=False)
    _failure: BaseException | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        # A daemon: `atexit` closes it, and Python waits for threads that are no daemons before that.
        self._thread = threading.Thread(target=self._run, name="impact-sdk", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it takes calls, or will do so when it is open."""
        return self._takes_calls

    def wait_until_open(self) -> None:
        """Return when the client is open; raise the error if it cannot be opened."""
        self._opened.result()

    def call(self, do: Callable[[C], Awaitable[T]]) -> T:
        """The result of `do(client)`. It is cancelled if this thread is interrupted."""
        call = _Call(lambda: do(self._opened.result()))
        try:
            with self._accepting:
                if not self._takes_calls:
                    raise ConfigurationError(CLOSED)
                self._loop.call_soon_threadsafe(self._begin, call)
            return call.answer.result()
        except BaseException as error:
            if call.answer.cancelled() and not self._takes_calls:
                raise OutcomeUnknown(
                    "this Blocking was closed while the call was under way; it may have happened: look before you "
                    "repeat it"
                ) from error
            if not call.answer.done():  # a signal has raised KeyboardInterrupt, or another exception, in this thread
                self._soon(call.give_up)
            raise

    def tell_to_end(self) -> None:
        """Let it end soon; does nothing if it has ended."""
        self._soon(self._end)

    def end(self) -> None:
        """Cancel all calls, close the client, and wait for that, at most `CLOSING_SECONDS`."""
        self.tell_to_end()
        if threading.current_thread() is self._thread:  # one of its own calls does this: it ends after that call
            return
        self._thread.join(CLOSING_SECONDS)
        if self._thread.is_alive():
            logger.warning(
                "a call does not end although it was cancelled; closing goes on without it after %s s",
                CLOSING_SECONDS,
                extra=fields("blocking.call_left"),
            )
        elif self._failure is not None:
            raise self._failure

    # In its thread

    def _run(self) -> None:
        try:
            # In an empty context: calls of other threads must not see the context of the thread that started it.
            contextvars.Context().run(self._run_loop)
        except BaseException as error:
            with self._accepting:
                self._takes_calls = False
            if not self._opened.done():
                self._opened.set_exception(error)
                return
            self._failure = error
            if not self._told.is_set():
                logger.error(
                    "a client's event loop has failed, and the next call makes another one: %s",
                    told(error),
                    extra=fields("blocking.loop_failed"),
                )

    def _run_loop(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        self._main = asyncio.current_task()
        self._loop.set_default_executor(_Threads())
        try:
            async with made(self._make) as client:
                self._opened.set_result(client)
                try:
                    await self._told.wait()
                finally:
                    await self._end_calls()
        except asyncio.CancelledError:
            if self._opened.done():
                raise
            raise ConfigurationError(CLOSED) from None

    async def _end_calls(self) -> None:
        with self._accepting:
            self._takes_calls = False
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, call: _Call[T]) -> None:
        if not self._takes_calls:
            call.answer.cancel()
            return
        task = call.begin()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self) -> None:
        self._told.set()
        if self._main is not None and not self._opened.done():
            self._main.cancel()

    def _soon(self, do: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(do)

"""An `async with` block in a task of its own, so that one task may open it and another one close it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from contextvars import copy_context
from typing import Generic, TypeVar

import anyio
import attrs
from anyio.lowlevel import current_token

T = TypeVar("T")


@attrs.define(eq=False)
class Held(Generic[T]):
    """Holds a block open. The block may have task groups, which only the task that entered them may leave.

    Args:
        block: Makes the block, which is entered once and left once.
    """

    _block: Callable[[], AbstractAsyncContextManager[T]]
    _value: list[T] = attrs.field(factory=list, init=False)
    _error: BaseException | None = attrs.field(default=None, init=False)
    _is_open: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _may_close: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _has_ended: anyio.Event = attrs.field(factory=anyio.Event, init=False)
    _scope: anyio.CancelScope = attrs.field(factory=anyio.CancelScope, init=False)
    _task: object = attrs.field(default=None, init=False)

    async def open(self) -> T:
        """Enter the block and return its value, or raise its error. Cancelling this call closes the block again."""
        self._task = self._started()
        try:
            await self._is_open.wait()
        except anyio.get_cancelled_exc_class():
            self._scope.cancel()
            await self._end()
            raise
        if not self._value:
            await self.close()
        return self._value[0]

    async def close(self) -> None:
        """Leave the block, and raise its error, if it has one. A second call does nothing."""
        self._may_close.set()
        await self._end()
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def ended(self) -> None:
        """Return when the block has ended, also if nobody closed it."""
        await self._has_ended.wait()

    async def _end(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._has_ended.wait()

    def _started(self) -> object:
        """Start the task. The caller keeps it, because an event loop has only weak references to its tasks."""
        loop = current_token().native_token
        if isinstance(loop, asyncio.AbstractEventLoop):
            task = asyncio.Task(self._hold(), loop=loop)
            task.add_done_callback(lambda _task: self._ended())
            return task
        import trio

        return trio.lowlevel.spawn_system_task(self._hold, context=copy_context())

    async def _hold(self) -> None:
        try:
            with self._scope:
                async with self._block() as value:
                    self._value.append(value)
                    self._is_open.set()
                    await self._may_close.wait()
        except (KeyboardInterrupt, SystemExit, anyio.get_cancelled_exc_class()):
            raise
        except BaseException as error:  # open() or close() raises it
            self._error = error
        finally:
            self._ended()

    def _ended(self) -> None:
        self._is_open.set()
        self._has_ended.set()

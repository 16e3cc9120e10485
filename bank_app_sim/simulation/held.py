"""A block that is held open by a task of its own, so that any task may open it and any other one close it."""

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
    """A block with task groups in it, which only the task that has entered them can leave.

    Args:
        block: Is entered once, and left once.
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
        """What the block gives; raises what it raises. Whoever is cancelled meanwhile leaves nothing open."""
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
        """Leave the block; raises what that raises, or what went wrong in it. A second call does nothing."""
        self._may_close.set()
        await self._end()
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def ended(self) -> None:
        """Return when it has ended, by itself too."""
        await self._has_ended.wait()

    async def _end(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._has_ended.wait()

    def _started(self) -> object:
        """The task, to be kept: an event loop knows its tasks by weak references."""
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
        except BaseException as error:  # for whoever opens or closes it
            self._error = error
        finally:
            self._ended()

    def _ended(self) -> None:
        self._is_open.set()
        self._has_ended.set()

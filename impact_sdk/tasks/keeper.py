"""Tasks that belong to no block: they go on when the task that started them is cancelled or has ended.

A task group belongs to the task that opens it: only that task can close it, and its cancellation cancels the group. A
keeper belongs to no task. A failure of one of its tasks fails no other task.
"""

import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeVarTuple, Unpack

import anyio
import attrs

from ..logs import fields
from . import event_loops
from .handed_over import is_hosts_own

Arguments = TypeVarTuple("Arguments")

logger = logging.getLogger("impact_sdk")

# A cancelled caller waits this much longer for tasks to end: most cancelled tasks end at once.
GRACE_SECONDS = 5.0

# The tasks that call us, outermost first, each by its end: what they wait for must not wait for them.
called_by: ContextVar[frozenset[anyio.Event]] = ContextVar("called_by", default=frozenset())


def begin_here(ended: anyio.Event) -> None:
    """Add the present task to `called_by`, in its own context."""
    called_by.set(frozenset([ended, *(each for each in called_by.get() if not each.is_set())]))


@attrs.define(eq=False)
class Keeper:
    """Starts tasks, on asyncio and trio, and ends them. They see the context of the task that started them."""

    _running: dict[anyio.Event, tuple[anyio.CancelScope, object]] = attrs.field(factory=dict, init=False)

    def start_soon(self, func: Callable[[Unpack[Arguments]], Awaitable[object]], *args: *Arguments) -> None:
        """Start a task."""
        self.start(func, *args)

    def start(self, func: Callable[[Unpack[Arguments]], Awaitable[object]], *args: *Arguments) -> anyio.Event:
        """Start a task. The event is set when it has ended, whatever the result."""
        scope, ended = anyio.CancelScope(), anyio.Event()

        async def run() -> None:
            begin_here(ended)
            try:
                with scope:
                    await func(*args)
            except BaseException as error:
                if not is_hosts_own(error):
                    raise
                # A fault of the SDK's own, which must fail no other task.
                logger.exception("a task of the SDK failed", extra=fields("task.failed"))

        def end() -> None:
            self._running.pop(ended, None)
            ended.set()

        self._running[ended] = scope, event_loops.spawned(run, end)
        return ended

    async def wait(self, ended: anyio.Event) -> None:
        """Wait for an event that this keeper's tasks set; a cancelled caller waits `GRACE_SECONDS` longer."""
        try:
            await ended.wait()
        except anyio.get_cancelled_exc_class():
            if called_by.get().isdisjoint(self._running):  # else the event may wait for us
                with anyio.move_on_after(GRACE_SECONDS, shield=True):
                    await ended.wait()
            raise

    async def end_others(self) -> None:
        """Cancel all tasks except those that call this, and return when they have ended."""
        while others := self._running.keys() - called_by.get():
            for ended in others:
                self._running[ended][0].cancel()
            for ended in others:
                await ended.wait()

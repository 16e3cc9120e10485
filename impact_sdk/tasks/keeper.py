"""Tasks of nobody's block: they go on when whoever started them is cancelled or has ended, and end with their keeper.

A task group would belong to the task that opens it: that one alone could close it, and took it along when it was
cancelled. Here is no group; each task stands for itself, and the one rule is that none of them fails another one.
"""

import logging
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVarTuple, Unpack

import anyio
import attrs

from ..logs import fields
from . import event_loops
from .handed_over import is_hosts_own

Arguments = TypeVarTuple("Arguments")

logger = logging.getLogger("impact_sdk")

# Whoever is cancelled while it waits for an end waits so much longer: most of what is cancelled ends at once.
GRACE_SECONDS = 5.0

# The tasks that we are called by, one within the other, each by its end: what they wait for must not wait for them.
called_by: ContextVar[frozenset[anyio.Event]] = ContextVar("called_by", default=frozenset())


def begin_here(ended: anyio.Event) -> None:
    """The task that we are in is one of those from now on, in its own context."""
    called_by.set(frozenset([ended, *(each for each in called_by.get() if not each.is_set())]))


@attrs.define(eq=False)
class Keeper:
    """Starts tasks, on asyncio as on trio, and sees to their end. They see the context of who started them."""

    _running: dict[anyio.Event, tuple[anyio.CancelScope, object]] = attrs.field(factory=dict, init=False)

    def start_soon(self, func: Callable[[Unpack[Arguments]], Coroutine[Any, Any, Any]], *args: *Arguments) -> None:
        """Start a task."""
        self.start(func, *args)

    def start(self, func: Callable[[Unpack[Arguments]], Coroutine[Any, Any, Any]], *args: *Arguments) -> anyio.Event:
        """Start a task; the event is set when it has ended, however it did."""
        scope, ended = anyio.CancelScope(), anyio.Event()

        async def run() -> None:
            begin_here(ended)
            try:
                with scope:
                    await func(*args)
            except BaseException as error:
                if not is_hosts_own(error):
                    raise
                # Which is a fault of ours, and nobody else's.
                logger.exception("a task of the SDK failed", extra=fields("task.failed"))

        def end() -> None:
            self._running.pop(ended, None)
            ended.set()

        self._running[ended] = scope, event_loops.spawned(run, end)
        return ended

    async def wait(self, ended: anyio.Event) -> None:
        """Wait for what this keeper's tasks bring about; who is cancelled gives them some more time."""
        try:
            await ended.wait()
        except anyio.get_cancelled_exc_class():
            if called_by.get().isdisjoint(self._running):  # else it may be us that is waited for
                with anyio.move_on_after(GRACE_SECONDS, shield=True):
                    await ended.wait()
            raise

    async def end_others(self) -> None:
        """Cancel all tasks but those that call this, and return when they have ended."""
        while others := self._running.keys() - called_by.get():
            for ended in others:
                self._running[ended][0].cancel()
            for ended in others:
                await ended.wait()

"""A thread and an event loop for each world, so that no world blocks another one, or the server."""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Concatenate, ParamSpec, TypeVar

import anyio
import anyio.abc
import anyio.to_thread
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .served_world import ServedWorld

logger = logging.getLogger(__name__)

# The name of a thread is this, and the id of its world.
NAMES = "world "

P = ParamSpec("P")
T = TypeVar("T")


class WorldOver(Exception):
    """The world has ended, or an error ended it; the message says which."""


class WorldThread:
    """A world on its own thread.

    A simulated clock moves when all tasks of its event loop wait. On a shared event loop it would wait for the tasks of
    other worlds, too.

    Args:
        make: Makes the world; it is called on that thread.
    """

    def __init__(self, name: str, make: Callable[[], ServedWorld]) -> None:
        self._name = name
        self._make = make
        self._stack = contextlib.ExitStack()
        self._calls: set[anyio.CancelScope] = set()
        self._is_over = False
        self._portal: BlockingPortal
        self._life: Future[None]
        self._world: ServedWorld
        self._end: anyio.Event

    async def begin(self) -> ServedWorld:
        """Make the world and return it; errors of `make` are raised here."""
        await anyio.to_thread.run_sync(self._begin)
        return self._world

    async def end(self) -> None:
        """Cancel everything in the world. Returns when nothing of it is left."""
        await anyio.to_thread.run_sync(self._finish)

    async def call(
        self, work: Callable[Concatenate[ServedWorld, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function with the world, on the thread of the world.

        Raises:
            WorldOver: The world has ended, before the call or during it.
        """
        if self._is_over:
            raise WorldOver(self._why())
        done: list[T] = []

        async def call() -> None:
            with anyio.CancelScope() as scope:
                self._calls.add(scope)
                try:
                    done.append(await work(self._world, *args, **kwargs))
                finally:
                    self._calls.discard(scope)

        try:
            await self._portal.call_async(call)
        except RuntimeError:
            if not self._is_over:
                raise
        if not done:
            raise WorldOver(self._why())
        return done[0]

    def _begin(self) -> None:
        with contextlib.ExitStack() as stack:
            self._portal = stack.enter_context(start_blocking_portal(name=self._name))
            self._life, self._world = self._portal.start_task(self._live)
            self._stack = stack.pop_all()

    async def _live(self, *, task_status: anyio.abc.TaskStatus[ServedWorld]) -> None:
        self._end = anyio.Event()
        has_begun = False
        try:
            async with self._make() as world, anyio.create_task_group() as tasks:
                tasks.start_soon(self._watch, world)
                task_status.started(world)
                has_begun = True
                await self._end.wait()
                self._give_up()
                tasks.cancel_scope.cancel()
        except Exception:
            if has_begun:
                logger.exception("%s has gone wrong", self._name)
            raise
        finally:
            self._give_up()

    async def _watch(self, world: ServedWorld) -> None:
        await world.ended()
        self._end.set()

    def _give_up(self) -> None:
        self._is_over = True
        for scope in self._calls:
            scope.cancel()

    def _finish(self) -> None:
        with self._stack, contextlib.suppress(RuntimeError):  # the event loop has ended already
            self._portal.call(self._end.set)
            with contextlib.suppress(Exception):  # it is in the log
                self._life.result()

    def _why(self) -> str:
        error = self._life.exception() if self._life.done() and not self._life.cancelled() else None
        return f"{self._name} has gone wrong: {_first(error)}" if error else f"{self._name} has ended"


def _first(error: Any) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"

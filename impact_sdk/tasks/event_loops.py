"""The event loop that we run in: which one it is, tasks in it that belong to nobody, and whether ours is cancelled.

anyio has a name for both kinds of event loop where it can. This is where it has none.
"""

import sys
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import EventLoopToken, current_token

if TYPE_CHECKING:
    import asyncio


def this_one() -> EventLoopToken | None:
    """The event loop that runs us; None outside of all."""
    try:
        return current_token()
    except RuntimeError:
        return None


def _asyncio_loop() -> "asyncio.AbstractEventLoop | None":
    """That one where it is of asyncio; None where it is of trio."""
    if "asyncio" not in sys.modules:  # to import it takes longer than all that we are
        return None
    import asyncio

    loop = current_token().native_token
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None


def spawned(run: Callable[[], Coroutine[Any, Any, None]], end: Callable[[], None]) -> object:
    """A task of its own, in the context of the caller. Keep it: an event loop knows its tasks by weak references.

    Args:
        run: What it does. Raises nothing but that it is cancelled, or that the program ends.
        end: Called when it has ended, also where it was cancelled before it had begun.
    """
    loop = _asyncio_loop()
    if loop is not None:
        import asyncio

        # Not by the loop's factory, which may be an eager one: nothing is to happen before we have returned.
        task = asyncio.Task(run(), loop=loop)

        def done(task: "asyncio.Task[None]") -> None:
            if not task.cancelled():
                task.exception()  # which the loop has raised by then: nobody is to be told once more
            end()

        task.add_done_callback(done)
        return task
    import trio

    async def run_and_end() -> None:
        try:
            await run()
        finally:
            end()

    return trio.lowlevel.spawn_system_task(run_and_end, context=copy_context())


def ends_with_any_task() -> bool:
    """Whether a task that raises KeyboardInterrupt or SystemExit ends the event loop with just that.

    trio takes what a task of nobody's raises for a fault of its own, and says so.
    """
    return _asyncio_loop() is not None


def is_cancelled_here() -> bool:
    """Whether somebody has cancelled the task that we are in, and it has not ended yet."""
    if anyio.get_current_task().has_pending_cancellation():
        return True
    loop = _asyncio_loop()
    if loop is None:
        return False
    import asyncio

    task = asyncio.current_task(loop)  # by the event loop, say, which ends: anyio does not hear of it
    return task is not None and task.cancelling() > 0

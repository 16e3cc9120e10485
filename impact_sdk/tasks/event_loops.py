"""What anyio does not offer for both asyncio and trio: tasks without a group, and whether our task is cancelled."""

import sys
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import EventLoopToken, current_token

if TYPE_CHECKING:
    import asyncio


def this_one() -> EventLoopToken | None:
    """The event loop that runs us; None if none does."""
    try:
        return current_token()
    except RuntimeError:
        return None


def _asyncio_loop() -> "asyncio.AbstractEventLoop | None":
    """The event loop that runs us if it is asyncio's; None if it is trio's."""
    if "asyncio" not in sys.modules:  # importing it takes longer than importing all of the SDK
        return None
    import asyncio

    loop = current_token().native_token
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None


def spawned(run: Callable[[], Coroutine[object, None, None]], end: Callable[[], None]) -> object:
    """Start a task without a group, in the context of the caller. Keep a reference: event loops have weak ones only.

    Args:
        run: What the task does. It raises only its cancellation, or the end of the program.
        end: Called when the task has ended, even if it was cancelled before it had begun.
    """
    loop = _asyncio_loop()
    if loop is not None:
        import asyncio

        # The loop's own factory may be eager, and start the task before we have returned.
        task = asyncio.Task(run(), loop=loop)

        def done(task: "asyncio.Task[None]") -> None:
            if not task.cancelled():
                task.exception()  # the loop has raised it already: asyncio must not log it once more
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
    """Whether KeyboardInterrupt or SystemExit of any task ends the event loop as it is.

    trio raises TrioInternalError for an exception of a task without a group.
    """
    return _asyncio_loop() is not None


def is_cancelled_here() -> bool:
    """Whether the present task is cancelled, and has not ended yet."""
    if anyio.get_current_task().has_pending_cancellation():
        return True
    loop = _asyncio_loop()
    if loop is None:
        return False
    import asyncio

    task = asyncio.current_task(loop)  # such as by an event loop that ends: anyio does not know
    return task is not None and task.cancelling() > 0

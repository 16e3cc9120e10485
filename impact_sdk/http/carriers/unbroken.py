"""Work that is finished even if its caller is cancelled: half of it would harm others."""

from collections.abc import Awaitable, Callable

import anyio

from ...tasks import event_loops

# A cancelled caller waits no longer. Most of such work takes no time.
GRACE_SECONDS = 1.0


async def unbroken(work: Callable[[], Awaitable[None]]) -> None:
    """Do some work in its own task, and return when it is done. Raises what the work raises.

    If the caller is cancelled meanwhile, once or more often, the cancellation takes effect when the work is done, or a
    second later. A shielded scope is not enough: it does not stop `Task.cancel()` of asyncio.
    """
    done, scope = anyio.Event(), anyio.CancelScope()
    failed: list[Exception] = []

    async def run() -> None:
        with scope:
            try:
                await work()
            except Exception as error:
                failed.append(error)

    task = event_loops.spawned(run, done.set)
    cancelled = anyio.get_cancelled_exc_class()
    try:
        await done.wait()
    except cancelled:
        scope.deadline = anyio.current_time() + GRACE_SECONDS
        with anyio.CancelScope(shield=True):
            while not done.is_set():
                try:
                    await done.wait()
                except cancelled:
                    continue  # cancelled again
        raise
    finally:
        del task
    if failed:
        raise failed[0]

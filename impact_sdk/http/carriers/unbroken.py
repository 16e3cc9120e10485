"""Work that is done whole, though whoever waits for it is cancelled: half of it would harm others."""

from collections.abc import Awaitable, Callable

import anyio

from ...tasks import event_loops

# Whoever is cancelled waits for no longer than that. Most of such work is done at once.
GRACE_SECONDS = 1.0


async def unbroken(work: Callable[[], Awaitable[None]]) -> None:
    """Do some work in a task of its own, and return when it is done; raises what it raises.

    Whoever is cancelled meanwhile, by whatever and however often, is cancelled when it is done, or a second later. A
    shielded scope would not do: a task of asyncio's that is cancelled by itself, and by no scope, does not heed it.
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
                    continue  # again: it changes nothing
        raise
    finally:
        del task
    if failed:
        raise failed[0]

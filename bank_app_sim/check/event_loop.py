"""An event loop on a thread of its own: if a callback blocks it, the check leaves it behind."""

import concurrent.futures
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator

import anyio
import anyio.from_thread
import attrs

from .pulse import Pulse

# How long we wait for the tasks of a check that is over. A loop that is still blocked then is left behind.
END_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.05


class Stuck(Exception):
    """The event loop has stood still for too long, and was given up."""


class Endless(Exception):
    """The work has not ended in time, although the event loop runs."""


@attrs.define(eq=False, kw_only=True)
class EventLoop:
    """Runs the app of a check."""

    pulse: Pulse
    _portal: anyio.from_thread.BlockingPortal

    def run(
        self, work: Callable[[], Awaitable[None]], *, is_given_up: Callable[[], bool], standstill_seconds: float
    ) -> None:
        """Run some work, and return when it is done.

        Args:
            is_given_up: Called again and again: whether the work has taken too long.
            standstill_seconds: How long the loop may stand still.

        Raises:
            Stuck: The loop was given up.
            Endless: The work was given up.
        """
        future = self._portal.start_task_soon(work)
        while True:
            try:
                future.result(timeout=LOOK_EVERY_SECONDS)
                return
            except concurrent.futures.TimeoutError:
                if future.done():  # the work itself has raised this
                    raise
                if self.pulse.silent_seconds > standstill_seconds:
                    raise Stuck from None
                if is_given_up():
                    raise Endless from None


@contextlib.contextmanager
def event_loop(backend: str) -> Iterator[EventLoop]:
    """An event loop until the end of the block.

    Args:
        backend: asyncio or trio.
    """
    opened: concurrent.futures.Future[anyio.from_thread.BlockingPortal] = concurrent.futures.Future()

    async def stay_open() -> None:
        async with anyio.from_thread.BlockingPortal() as portal:
            opened.set_result(portal)
            await portal.sleep_until_stopped()

    def run() -> None:
        try:
            anyio.run(stay_open, backend=backend)
        except BaseException as error:
            if not opened.done():
                opened.set_exception(error)

    # A daemon: the program can end although this thread does not.
    thread = threading.Thread(target=run, daemon=True, name="the app of the check")
    thread.start()
    portal = opened.result()
    pulse = Pulse()
    portal.start_task_soon(pulse.run)
    try:
        yield EventLoop(pulse=pulse, portal=portal)
    finally:
        if pulse.silent_seconds < END_SECONDS:  # otherwise the loop is blocked, and cannot be told to stop
            with contextlib.suppress(RuntimeError):  # it has already ended
                portal.start_task_soon(portal.stop, True)
            thread.join(END_SECONDS)

"""What the host is told, and nothing waits for: its failure is logged and harms nothing."""

import logging

import anyio
import attrs

from .callbacks import Callbacks
from .handed_over import Tasks, awaitable

logger = logging.getLogger("impact_sdk")


@attrs.define(eq=False)
class Notices:
    """All notices of one SDK that are under way."""

    _callbacks: Callbacks
    _running: set[anyio.CancelScope] = attrs.field(factory=set, init=False)

    def tell(self, keyword: str, notice: object, tasks: Tasks) -> anyio.Event:
        """Call the callback that is registered under `keyword`, if one is.

        Returns:
            An event that is set when the callback has ended, however it did; at once where there is none.
        """
        ended = anyio.Event()
        if self._callbacks.get(keyword) is None:
            ended.set()
        else:
            scope = anyio.CancelScope()
            self._running.add(scope)
            tasks.start_soon(self._tell, keyword, notice, scope, ended)
        return ended

    def cancel(self) -> None:
        """The SDK is closed: whoever has not heard by now does not hear it."""
        for scope in self._running:
            scope.cancel()

    async def _tell(self, keyword: str, notice: object, scope: anyio.CancelScope, ended: anyio.Event) -> None:
        callback = self._callbacks.get(keyword)
        try:
            with scope:
                if callback is not None:  # it may have been taken back since
                    await awaitable(callback(notice))
        except Exception:
            logger.exception("%s failed", keyword)
        except anyio.get_cancelled_exc_class():
            if anyio.get_current_task().has_pending_cancellation():
                raise
            # It awaited something that somebody else cancelled; nobody has cancelled the callback.
            logger.exception("%s failed", keyword)
        finally:
            self._running.discard(scope)
            ended.set()

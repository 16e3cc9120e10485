"""Tells the host what nothing waits for. A failure of its callback is logged and harms nothing."""

import logging

import anyio
import attrs

from ..callbacks import Callbacks
from ..logs import fields
from ..tasks.calling import Failed, call
from ..tasks.handed_over import Tasks
from ..tasks.keeper import begin_here, called_by

logger = logging.getLogger("impact_sdk")


@attrs.define(eq=False)
class Notices:
    """All notices of one SDK that are under way."""

    _callbacks: Callbacks
    _running: dict[anyio.Event, anyio.CancelScope] = attrs.field(factory=dict, init=False)

    def tell(self, keyword: str, notice: object, tasks: Tasks) -> anyio.Event:
        """Call the callback that is registered under `keyword`, if one is.

        Returns:
            An event that is set when the callback has ended, whatever the result; at once if none is registered.
        """
        ended = anyio.Event()
        if self._callbacks.get(keyword) is None:
            ended.set()
        else:
            tasks.start_soon(self._tell, keyword, notice, ended)
        return ended

    def cancel(self) -> None:
        """The SDK is closed: cancel all notices that are under way, but not the one whose callback closes the SDK."""
        for ended in self._running.keys() - called_by.get():
            self._running[ended].cancel()

    async def _tell(self, keyword: str, notice: object, ended: anyio.Event) -> None:
        begin_here(ended)
        try:
            with anyio.CancelScope() as self._running[ended]:
                callback = self._callbacks.get(keyword)
                told = None if callback is None else await call(callback, notice)  # it may have been removed since
                if isinstance(told, Failed):
                    logger.error(
                        "%s failed", keyword, exc_info=told.error, extra=fields("notice.failed", callback=keyword)
                    )
        finally:
            self._running.pop(ended, None)
            ended.set()

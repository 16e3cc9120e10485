"""What the host is told, and nothing waits for: its failure is logged and harms nothing."""

import logging

import anyio
import attrs

from ..callbacks import Callbacks
from ..logs import fields
from ..tasks.handed_over import Tasks, awaitable, is_hosts_own
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
            An event that is set when the callback has ended, however it did; at once where there is none.
        """
        ended = anyio.Event()
        if self._callbacks.get(keyword) is None:
            ended.set()
        else:
            tasks.start_soon(self._tell, keyword, notice, ended)
        return ended

    def cancel(self) -> None:
        """The SDK is closed: whoever has not heard by now does not hear it, but for who closes it because of that."""
        for ended in self._running.keys() - called_by.get():
            self._running[ended].cancel()

    async def _tell(self, keyword: str, notice: object, ended: anyio.Event) -> None:
        callback = self._callbacks.get(keyword)
        begin_here(ended)
        try:
            with anyio.CancelScope() as self._running[ended]:
                if callback is not None:  # it may have been taken back since
                    await awaitable(callback(notice))
        except BaseException as error:
            if not is_hosts_own(error):
                raise
            logger.exception("%s failed", keyword, extra=fields("notice.failed", callback=keyword))
        finally:
            self._running.pop(ended, None)
            ended.set()

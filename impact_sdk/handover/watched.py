"""Tells the hooks when the host is asked, and how that ended."""

from collections.abc import Callable
from types import TracebackType

import attrs

from ..clock import Clock
from ..http.hooks import HandoverEnded, HandoverOutcome, HandoverStarted, Hooks
from ..tasks.handed_over import is_hosts_own


@attrs.define(eq=False)
class Watched:
    """A block that lasts as long as the call of the host's callback.

    Args:
        callback: Its keyword at `register()`.
        is_no: Whether the exception that it raised says that the user declines.
        had_its_time: Whether it was cancelled because it took too long.
    """

    _hooks: Hooks
    _callback: str
    _clock: Clock
    _is_no: Callable[[BaseException], bool]
    _had_its_time: Callable[[], bool]
    _started: HandoverStarted | None = attrs.field(default=None, init=False)

    async def __aenter__(self) -> None:
        if self._hooks:
            self._started = HandoverStarted(callback=self._callback, started_at=self._clock.now())
            try:
                await self._hooks.tell(self._started)
            except BaseException as error:  # a hook has heard of the start, so it must hear of the end
                await self.__aexit__(type(error), error, None)
                raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._started is None:
            return
        seconds = (self._clock.now() - self._started.started_at).total_seconds()
        ended = HandoverEnded(handover=self._started, outcome=self._outcome(error), seconds=seconds)
        await self._hooks.tell(ended, may_wait=kind is not GeneratorExit)

    def _outcome(self, error: BaseException | None) -> HandoverOutcome:
        if error is None:
            return HandoverOutcome.ANSWERED
        if self._had_its_time():
            return HandoverOutcome.TIMED_OUT
        if not is_hosts_own(error):
            return HandoverOutcome.CANCELLED
        return HandoverOutcome.DECLINED if self._is_no(error) else HandoverOutcome.FAILED

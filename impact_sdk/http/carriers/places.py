"""How many calls there may be at once; the others wait for a place."""

import anyio
import attrs

from .seam import Sending

# As many as other HTTP clients allow.
CALLS_AT_ONCE = 100


class NoPlace(Exception):
    """So many calls are under way that none of them has ended in time for another one; or it is too late for any."""


@attrs.define(eq=False)
class Places:
    """The places of one client. A place is given back whatever becomes of the call."""

    number: int = CALLS_AT_ONCE
    _limiter: anyio.CapacityLimiter | None = attrs.field(default=None, init=False)

    async def take(self, caller: object, timeout_seconds: float, sending: Sending) -> None:
        """A place for `caller`; `NoPlace` where there is none in time. `sending` has the seconds that it took."""
        if self._limiter is None:  # not before there is an event loop
            self._limiter = anyio.CapacityLimiter(self.number)
        try:
            self._limiter.acquire_on_behalf_of_nowait(caller)
        except anyio.WouldBlock:
            began = anyio.current_time()
            try:
                with anyio.move_on_after(timeout_seconds) as waited:
                    await self._limiter.acquire_on_behalf_of(caller)
                    return
            finally:  # also where there was none: that is when it matters
                sending.waited_seconds = anyio.current_time() - began
            if waited.cancelled_caught:
                raise NoPlace(f"{self.number} calls were under way, and none ended in {timeout_seconds:g} s") from None

    def give_back(self, caller: object) -> None:
        if self._limiter is not None:
            self._limiter.release_on_behalf_of(caller)

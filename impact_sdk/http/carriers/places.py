"""A limit on the calls that are under way at once. The others wait."""

import anyio
import attrs

from .seam import Carrier, Incoming, Outgoing, Sending
from .time_limits import Whole

# The default of other HTTP clients too.
CALLS_AT_ONCE = 100


class NoPlace(Exception):
    """No place became free in time, or the client was closed."""


@attrs.define(eq=False)
class Places:
    """A carrier in which each call takes one of a number of places, and gives it back when it ends."""

    carrier: Carrier
    number: int = CALLS_AT_ONCE
    _limiter: anyio.CapacityLimiter | None = attrs.field(default=None, init=False)

    @property
    def is_bound_to_loop(self) -> bool:
        return self.carrier.is_bound_to_loop

    @property
    def through(self) -> str:
        return self.carrier.through

    @property
    def product(self) -> str:
        return self.carrier.product

    async def exchange(self, outgoing: Outgoing, sending: Sending) -> Incoming:
        sending.tells = True
        if self._limiter is None:  # made here: it needs a running event loop
            self._limiter = anyio.CapacityLimiter(self.number)
        caller = object()
        await self._take(self._limiter, caller, outgoing.limits.wait, sending)
        try:
            limits = outgoing.limits.after(sending.waited_seconds)
            with Whole(limits):
                own = outgoing if limits is outgoing.limits else attrs.evolve(outgoing, limits=limits)
                return await self.carrier.exchange(own, sending)
        finally:
            self._limiter.release_on_behalf_of(caller)

    async def _take(
        self, limiter: anyio.CapacityLimiter, caller: object, timeout_seconds: float, sending: Sending
    ) -> None:
        try:
            limiter.acquire_on_behalf_of_nowait(caller)
        except anyio.WouldBlock:
            began = anyio.current_time()
            try:
                with anyio.move_on_after(timeout_seconds) as waited:
                    await limiter.acquire_on_behalf_of(caller)
                    return
            finally:  # a wait without success is told too
                sending.waited_seconds = anyio.current_time() - began
            if waited.cancelled_caught:
                raise NoPlace(f"{self.number} calls were under way, and none ended in {timeout_seconds:g} s") from None

    async def aclose(self) -> None:
        await self.carrier.aclose()

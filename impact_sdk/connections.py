"""How many calls there are at once, and what becomes of connections that the HTTP client has lost sight of.

httpcore 1.0.9 keeps a connection for ever that it has made for a call, and that the call, being cancelled, never
opened: neither in use nor free. In a pool of limited size each of them takes a place, and when all are taken nobody
gets through any more. So the pool has no limit of its own, the number of calls has one here, and after some calls that
were cancelled a new client takes the place of the old one, which is closed, with all that it kept, once its last call
has ended.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

import anyio
import attrs

# As many as the HTTP client itself would allow; the others wait.
CALLS_AT_ONCE = 100
# So many connections may be lost before it is worth to open new ones for those that are not.
REPLACED_AFTER = 50


class NoPlace(Exception):
    """So many calls are under way that none of them has ended in time for another one; or it is too late for any."""


class Client(Protocol):
    """What has connections."""

    async def aclose(self) -> None: ...


C = TypeVar("C", bound=Client)


@attrs.define(eq=False)
class _Use(Generic[C]):
    """One client, from its first call to its last."""

    client: C
    calls: int = 0
    cancelled: int = 0


@attrs.define(eq=False)
class Connections(Generic[C]):
    """The client at present, and earlier ones that still have calls under way.

    Args:
        make: Makes a client, without a limit on its connections.
    """

    _make: Callable[[], C]
    _present: _Use[C] | None = attrs.field(default=None, init=False)
    _earlier: set[_Use[C]] = attrs.field(factory=set, init=False)
    _is_closed: bool = attrs.field(default=False, init=False)
    _places: anyio.CapacityLimiter | None = attrs.field(default=None, init=False)

    @asynccontextmanager
    async def one(self, timeout_seconds: float) -> AsyncIterator[C]:
        """The client for one call; `NoPlace` where there is none in time."""
        if self._places is None:  # not before there is an event loop
            self._places = anyio.CapacityLimiter(CALLS_AT_ONCE)
        caller = object()
        try:
            self._places.acquire_on_behalf_of_nowait(caller)
        except anyio.WouldBlock:
            with anyio.move_on_after(timeout_seconds) as waited:
                await self._places.acquire_on_behalf_of(caller)
            if waited.cancelled_caught:
                raise NoPlace(f"{CALLS_AT_ONCE} calls were under way, and none ended in {timeout_seconds} s") from None
        try:
            if self._is_closed:
                raise NoPlace("the client was closed meanwhile")
            use = self._present = self._present or _Use(self._make())
            use.calls += 1
            try:
                yield use.client
            except Exception:
                raise
            except BaseException:
                use.cancelled += 1
                raise
            finally:
                use.calls -= 1
                await self._replace(use)
        finally:
            self._places.release_on_behalf_of(caller)

    async def _replace(self, use: _Use[C]) -> None:
        if use is self._present and use.cancelled >= REPLACED_AFTER:
            self._present = None
            self._earlier.add(use)
        if use in self._earlier and not use.calls:
            self._earlier.discard(use)
            with anyio.CancelScope(shield=True):
                await use.client.aclose()

    async def aclose(self) -> None:
        """Close all of them. A second call does nothing."""
        self._is_closed = True
        uses = [*self._earlier, *([self._present] if self._present else [])]
        self._present = None
        self._earlier.clear()
        for use in uses:
            await use.client.aclose()

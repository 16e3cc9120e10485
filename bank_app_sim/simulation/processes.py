"""The two servers of a world as processes: each can die, and be started again on what it has written down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, Protocol, Self, TypeVar

import anyio

from ..clock import Clock
from ..network import Died, Network
from ..trace import DIES


class Server(Protocol):
    """An actor with a database of its own, and work to do."""

    async def run(self) -> None: ...
    def content(self) -> bytes: ...
    def close(self) -> None: ...


S = TypeVar("S", bound=Server)


class Process(Generic[S]):
    """A server, and whoever starts it again when it has died.

    Args:
        participant: Its name in the trace.
        start: Makes the server; is given what the dead one had in memory, or None where it is written down elsewhere.
        keeps_in_memory: Its database would be gone with it.
    """

    def __init__(
        self,
        participant: str,
        start: Callable[[bytes | None], S],
        *,
        content: bytes | None,
        keeps_in_memory: bool,
        network: Network,
        clock: Clock,
    ) -> None:
        self.participant = participant
        self._start = start
        self._keeps_in_memory = keeps_in_memory
        self._network = network
        self._clock = clock
        self._life = anyio.CancelScope()
        self._stays_down = timedelta()
        self._is_up = anyio.Event()
        self.server = start(content)
        network.kill[participant] = self.die

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.close()

    async def run(self) -> None:
        """Keep it alive, for ever."""
        while True:
            self._is_up.set()
            with anyio.CancelScope() as self._life:
                try:
                    await self.server.run()
                except* Died:
                    self._bury()
            await self._begin_again()

    async def die(self, *, stays_down: timedelta = timedelta()) -> None:
        """Die now, whatever it is doing; what is not written down is lost.

        Returns when it runs again, or, where it stays down for a while, at once.
        """
        self._bury()
        self._stays_down = stays_down
        self._life.cancel()
        if not stays_down:
            await self._is_up.wait()

    def _bury(self) -> None:
        self._network.trace.record(self.participant, self.participant, DIES, kind="return")
        self._network.dead.add(self.participant)
        self._network.deaths[self.participant] += 1
        self._is_up = anyio.Event()

    async def _begin_again(self) -> None:
        content = self.server.content() if self._keeps_in_memory else None
        self.server.close()
        # At once, though nobody reaches it yet: what was written down can be looked at while it is down.
        self.server = self._start(content)
        if self._stays_down:
            await self._clock.sleep_until(self._clock.now() + self._stays_down)
            self._stays_down = timedelta()
        self._network.dead.discard(self.participant)

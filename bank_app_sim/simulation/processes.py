"""The two servers of a world as processes: each can die, and starts again with its database."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Generic, Protocol, Self, TypeVar

import anyio

from impact_sdk import Clock

from ..timeline.trace import DIES
from .network import Died, Network


class Server(Protocol):
    """An actor with a database and work of its own."""

    async def run(self) -> None: ...
    def content(self) -> bytes: ...
    def close(self) -> None: ...


S = TypeVar("S", bound=Server)

# Fields, by collection and key.
State = dict[str, dict[str, dict[str, Any]]]


class Process(Generic[S]):
    """Runs a server, and starts it again when it has died.

    Args:
        participant: The server's name in the trace.
        start: Makes the server; gets the content of the dead server's database in memory, or None for other databases.
        look: Reads the state of a server.
        content: What the first server begins with.
        keeps_in_memory: The database is in memory, so that it would be lost with the process.
    """

    def __init__(
        self,
        participant: str,
        start: Callable[[bytes | None], S],
        look: Callable[[S], Awaitable[State]],
        *,
        content: bytes | None,
        keeps_in_memory: bool,
        network: Network,
        clock: Clock,
    ) -> None:
        self.participant = participant
        self._start = start
        self._look = look
        self._keeps_in_memory = keeps_in_memory
        self._network = network
        self._clock = clock
        self._life = anyio.CancelScope()
        self._stays_down = timedelta()
        self._is_up = anyio.Event()
        # Nobody reads the state while the server is replaced.
        self._changing = anyio.Lock()
        self.server = start(content)
        network.kill[participant] = self.die

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.close()

    async def run(self) -> None:
        """Run the server, and start it again each time it dies."""
        while True:
            with anyio.CancelScope() as self._life:
                if self.participant in self._network.dead:  # it was killed before this began
                    self._life.cancel()
                else:
                    self._is_up.set()
                try:
                    await self.server.run()
                except* Died:
                    self._bury()
            await self._begin_again()

    async def die(self, *, stays_down: timedelta = timedelta()) -> None:
        """Kill the server now, whatever it is doing. It loses everything outside its database.

        This returns when it runs again; or at once, if it stays down for some time.
        """
        self._bury()
        self._stays_down = stays_down
        self._life.cancel()
        if not stays_down:
            await self._is_up.wait()

    async def state(self) -> State:
        """The content of its database, whether it runs or not."""
        async with self._changing:
            return await self._look(self.server)

    def _bury(self) -> None:
        self._network.trace.record(self.participant, self.participant, DIES, kind="return")
        self._network.dead.add(self.participant)
        self._network.deaths[self.participant] += 1
        self._is_up = anyio.Event()

    async def _begin_again(self) -> None:
        async with self._changing:
            content = self.server.content() if self._keeps_in_memory else None
            self.server.close()
            # It starts at once, but no request reaches it yet. So its state can be read while it is down.
            self.server = self._start(content)
        if self._stays_down:
            await self._clock.sleep_until(self._clock.now() + self._stays_down)
            self._stays_down = timedelta()
        self._network.dead.discard(self.participant)

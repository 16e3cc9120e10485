"""The worlds of one server: makes them, finds them, and deletes them on request or after a long idle time."""

import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import anyio
import anyio.to_thread
import attrs

from ...server.attempts import mistake, why
from ...server.database import DatabaseError
from ...server.http.answers import Refused
from .. import Simulation
from .served_world import ServedWorld
from .stores import ID_LENGTH, Store
from .threads import NAMES, WorldOver, WorldThread

logger = logging.getLogger(__name__)

# On PostgreSQL each world has two of the 100 connections that a server has by default. All worlds share one Python.
MOST_WORLDS = 32

# A player sends many requests a second. One that has sent nothing for so long was killed.
IDLE_AFTER_SECONDS = 600


@attrs.define(eq=False, kw_only=True)
class RegisteredWorld:
    """A world that exists.

    Attributes:
        asked_at: The time of the last request to it, by the server's monotonic clock.
        stack: Closing it deletes the world.
    """

    id: str
    thread: WorldThread
    simulation: Simulation
    asked_at: float
    stack: contextlib.AsyncExitStack


class WorldRegistry:
    """The worlds of one server. They end with it.

    Args:
        store: Where they keep their data.
        most: The largest number of worlds at one time.
        monotonic: A clock in seconds that never goes back.
    """

    def __init__(
        self, store: Store, *, most: int = MOST_WORLDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self.most = most
        self._monotonic = monotonic
        self._kept: dict[str, RegisteredWorld] = {}
        self._being_made = 0
        self._is_cleared: anyio.Event | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Clients can make worlds until the block ends; then all worlds are deleted.

        First it deletes the data that killed servers have left behind. Only requests for a new world wait for that.
        """
        self._is_cleared = is_cleared = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._clear, is_cleared)
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True):
                    await is_cleared.wait()
                    async with anyio.create_task_group() as removals:
                        for world_id in tuple(self._kept):
                            removals.start_soon(self._remove_or_say_why_not, world_id)

    async def make(self, arguments: Mapping[str, Any]) -> RegisteredWorld:
        """Make a world.

        Args:
            arguments: The keywords of its `Simulation`, without the database.

        Raises:
            Refused: No bank can be like that, there are too many worlds, or the database cannot be used.
        """
        if self._is_cleared is None:
            raise Refused(503, {"base": ["the server is about to begin; ask again"]}, headers={"Retry-After": "1"})
        await self._is_cleared.wait()
        await self._make_room()
        self._being_made += 1
        try:
            return await self._made(secrets.token_hex(ID_LENGTH // 2), arguments)
        except ValueError as error:
            raise Refused(400, {"base": [str(error)]}) from error
        except DatabaseError as error:
            raise Refused(503, {"base": [str(error)]}, headers={"Retry-After": "5"}) from error
        finally:
            self._being_made -= 1

    def find(self, id: str) -> RegisteredWorld:
        """The world with this id, for a request to it; `WorldOver` if there is none."""
        if id not in self._kept:
            raise WorldOver(f"there is no world {id!r} here, or it has ended; make one with POST /sandbox/worlds")
        kept = self._kept[id]
        kept.asked_at = self._monotonic()
        return kept

    async def remove(self, id: str) -> None:
        """Delete a world, even if it is busy; `WorldOver` if there is none."""
        kept = self.find(id)
        del self._kept[id]
        with anyio.CancelScope(shield=True):
            await kept.stack.aclose()

    def all(self) -> Sequence[tuple[RegisteredWorld, float]]:
        """All worlds, each with the seconds since the last request to it."""
        now = self._monotonic()
        return [(kept, now - kept.asked_at) for kept in self._kept.values()]

    async def _make_room(self) -> None:
        for kept, idle_seconds in self.all():
            if idle_seconds >= IDLE_AFTER_SECONDS:
                logger.warning("world %s is deleted: it has been idle for long", kept.id)
                await self._remove_or_say_why_not(kept.id)
        if len(self._kept) + self._being_made >= self.most:
            sentence = (
                f"there are {self.most} worlds already, and more do not fit; DELETE one that GET /sandbox/worlds "
                f"lists, or wait until one has been idle for {IDLE_AFTER_SECONDS // 60} minutes"
            )
            raise Refused(429, {"base": [sentence]}, headers={"Retry-After": "1"})

    async def _made(self, id: str, arguments: Mapping[str, Any]) -> RegisteredWorld:
        async with contextlib.AsyncExitStack() as stack:
            address = await anyio.to_thread.run_sync(self._store.address, id)
            stack.push_async_callback(anyio.to_thread.run_sync, self._store.remove, id)
            thread = WorldThread(f"{NAMES}{id}", lambda: ServedWorld(Simulation(**arguments, database=address)))
            world = await thread.begin()
            stack.push_async_callback(thread.end)
            kept = RegisteredWorld(
                id=id,
                thread=thread,
                simulation=world.simulation,
                asked_at=self._monotonic(),
                stack=stack.pop_all(),
            )
        self._kept[id] = kept
        return kept

    async def _remove_or_say_why_not(self, id: str) -> None:
        try:
            await self.remove(id)
        except Exception as error:
            found = mistake(error, failures=1)
            logger.warning(
                "world %s could not be removed; the next start tries it again: %s", id, why(error), exc_info=found
            )

    async def _clear(self, is_cleared: anyio.Event) -> None:
        try:
            await anyio.to_thread.run_sync(self._store.clear)
        except Exception as error:
            found = mistake(error, failures=1)
            logger.warning("worlds of earlier servers could not be removed: %s", why(error), exc_info=found)
        finally:
            is_cleared.set()

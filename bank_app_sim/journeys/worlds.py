"""Fresh worlds for journeys: forked from a prepared one in this process, or made on a served sandbox."""

import contextlib
from collections.abc import AsyncIterator
from typing import cast

import attrs

from ..simulation import Simulation, Snapshot
from ..simulation.settings import WorldSettings
from .given import Given
from .world import World

# By what a world is made with. A process plays thousands of journeys in worlds of a few kinds.
_PREPARED: dict[WorldSettings, Snapshot] = {}


@contextlib.asynccontextmanager
async def fresh(given: Given, *, seed: int) -> AsyncIterator[World]:
    """A world in this process, in which nothing has happened yet."""
    prepared = _PREPARED.get(given.settings)
    if prepared is None:
        prepared = _PREPARED[given.settings] = await _prepared(given)
    async with prepared.fork(seed=seed) as simulation:
        # The clock of a world that is not served is a simulated one; only its type does not say so.
        yield cast(World, simulation)


@contextlib.asynccontextmanager
async def on_sandbox(url: str, given: Given, *, seed: int) -> AsyncIterator[World]:
    """A world on a served sandbox, in which nothing has happened yet.

    Raises:
        SandboxError: Nothing is there, or something else, or it makes no more worlds.
    """
    from ..simulation.remote import RemoteWorld

    async with RemoteWorld(url, seed=seed, **attrs.asdict(given.settings, recurse=False)) as world:
        yield cast(World, world)


async def _prepared(given: Given) -> Snapshot:
    async with Simulation(**attrs.asdict(given.settings, recurse=False)) as simulation:
        return simulation.snapshot()

"""Fresh worlds for journeys: forked from a prepared one in this process, or made on a served sandbox."""

import contextlib
from collections.abc import AsyncIterator

import attrs

from ..simulation import Simulation, Snapshot
from ..simulation.settings import WorldSettings
from .given import Given
from .world import JourneyWorld

# One for each kind of world. A process plays thousands of journeys, but in few kinds of worlds.
_PREPARED: dict[WorldSettings, Snapshot] = {}


@contextlib.asynccontextmanager
async def fresh(given: Given, *, seed: int) -> AsyncIterator[JourneyWorld]:
    """A new world in this process."""
    prepared = _PREPARED.get(given.settings)
    if prepared is None:
        prepared = _PREPARED[given.settings] = await _prepared(given)
    async with prepared.fork(seed=seed) as simulation:
        yield simulation


@contextlib.asynccontextmanager
async def on_sandbox(url: str, given: Given, *, seed: int) -> AsyncIterator[JourneyWorld]:
    """A new world on a served sandbox.

    Raises:
        SandboxError: No sandbox answers, it has another version, or it makes no more worlds.
    """
    from ..simulation.remote import RemoteWorld

    async with RemoteWorld(url, seed=seed, **attrs.asdict(given.settings, recurse=False)) as world:
        yield world


async def _prepared(given: Given) -> Snapshot:
    async with Simulation(**attrs.asdict(given.settings, recurse=False)) as simulation:
        return simulation.snapshot()

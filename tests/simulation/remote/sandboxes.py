"""A served sandbox on a thread of its own, as far from a player as another process is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from bank_app_sim import ServedSimulation
from bank_app_sim.server.http.ports import address, listening_socket, serving
from bank_app_sim.simulation.remote import Plane
from bank_app_sim.simulation.remote.registry import WorldRegistry


@contextmanager
def sandbox(
    data: Path, database: str | None = None, *, worlds: WorldRegistry | None = None
) -> Iterator[ServedSimulation]:
    """The standing world of a sandbox that makes worlds, as `bank-app-sim serve` puts it together."""
    plane = Plane(data, database, worlds=worlds)

    @asynccontextmanager
    async def open_sandbox() -> AsyncIterator[ServedSimulation]:
        async with ServedSimulation(data=data, beside=plane.applications, database=database) as standing, plane.open():
            yield standing

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(open_sandbox()) as standing:
        yield standing


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """The address of a server that answers everything with this."""

    async def app(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    listener = listening_socket(0)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(serving((app, listener))):
        yield address(listener)

"""The control plane of worlds: makes them, lets their time pass, tells what happened, and removes them.

People who use other languages read about it in `bank_app_sim/docs/worlds.md`.
"""

import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from ...server.http.answers import Answer, Refused
from ...server.http.operation import Operation
from ...server.http.request import HTTPRequest
from ...server.http.service import Service
from ...server.ids import Ids
from .application import WorldsApplication
from .control.command import Command, ControlRequest
from .control.worlds import ADDRESSES, WORLDS
from .fields import values
from .operations import OPERATIONS
from .registry import WorldRegistry
from .stores import store
from .threads import WorldOver, WorldThread


class Plane:
    """Two ASGI applications for DES' port: the operations under `/sandbox/worlds`, and the worlds under `/worlds`.

    Args:
        data: The server's folder.
        database: The server's PostgreSQL database, if it has one.
        worlds: Instead of those that are kept there.
    """

    def __init__(self, data: Path, database: str | None, *, worlds: WorldRegistry | None = None) -> None:
        self._worlds = worlds or WorldRegistry(store(data, database))
        control = Service(OPERATIONS, self._respond, ids=Ids(random.SystemRandom()), guard=_guard)
        self.applications = {WORLDS: control, ADDRESSES: WorldsApplication(self._thread)}

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Clients can make worlds until the block ends; then all worlds are removed."""
        async with self._worlds.open():
            yield

    async def _respond(self, operation: Operation[Command], http: HTTPRequest) -> Answer:
        command = operation.does
        request = ControlRequest(self._worlds, http, values(http.body, command.fields))
        try:
            return await command.perform(request)
        except WorldOver as over:
            raise Refused(404, {"id": [str(over)]}) from over

    def _thread(self, world_id: str) -> WorldThread:
        return self._worlds.find(world_id).thread


def _guard(_route: str, headers: Mapping[str, str]) -> None:
    """There is no password, because this is a sandbox on loopback: so no web page may send commands."""
    if "origin" in headers:
        raise Refused(403, {"base": ["web pages have no business here; leave the header Origin out"]})

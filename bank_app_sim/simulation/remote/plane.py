"""The control plane of worlds: makes them, lets their time pass, tells what happened, and throws them away.

People who use other languages read about it in `bank_app_sim/docs/worlds.md`.
"""

import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from impact_sdk import SystemClock

from ...server.answers import Answer, Refused
from ...server.ids import Ids
from ...server.request import HTTPRequest, headers_of
from ...server.service import Endpoint, Service
from ...timeline.moments import LATEST, timestamp
from ...timeline.trace import Trace, of_user
from ...timeline.turns import BRANCH
from ..exchanges import NoSuchMessage, refuse_what_nobody_sends
from ..network import Fault
from . import operations, pending, settings
from .fields import values
from .gate import Gate
from .keeping import Kept, Worlds
from .operations import Operation
from .stores import store
from .threads import WorldOver, WorldThread
from .world import Going, World

WORLDS = "/sandbox/worlds"
ADDRESSES = "/worlds"

# Changes when a player of before could not play any more.
VERSION = 3

# Of one answer. A world keeps all of them, and its days are thousands.
MOST_MESSAGES = 1_000

# Every day in between is lived through.
FARTHEST = timedelta(days=36_525)


class Plane:
    """Two ASGI applications for DES' port: `control` under `/sandbox/worlds`, and under `/worlds` the worlds.

    Args:
        data: The server's folder.
        database: The server's PostgreSQL database, if it has one.
        worlds: Instead of those that are kept there.
    """

    def __init__(self, data: Path, database: str | None, *, worlds: Worlds | None = None) -> None:
        self._worlds = worlds or Worlds(store(data, database))
        self._control = Service(
            "des",
            [self._endpoint(operation) for operation in operations.OPERATIONS],
            sender=lambda _headers, _route: "bank_backend",
            trace=Trace(SystemClock(), keep=1),
            ids=Ids(random.SystemRandom()),
        )
        self.applications = {WORLDS: self.control, ADDRESSES: Gate(self._thread)}

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Worlds can be made as long as the block lasts, and are gone after it."""
        async with self._worlds.open():
            yield

    async def control(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The operations. There is no password, as this is a sandbox on loopback: so no web page may ask for them."""
        if "origin" in headers_of(scope):
            await self._control.refuse(
                scope, send, Refused(403, {"base": ["web pages have no business here; leave the header Origin out"]})
            )
        else:
            await self._control(scope, receive, send)

    def _endpoint(self, operation: Operation) -> Endpoint:
        async def respond(request: HTTPRequest) -> Answer:
            read = values(request.body, operation.fields)
            try:
                return await getattr(self, operation.does)(request, read)  # type: ignore[no-any-return]
            except WorldOver as over:
                raise Refused(404, {"id": [str(over)]}) from over

        return Endpoint(
            method=operation.method,
            path=operation.path,
            respond=respond,
            is_recorded=False,
            parameters=operation.query,
        )

    async def list_worlds(self, _request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        worlds = [
            {"id": kept.id, "now": _now(kept), "idle_seconds": round(idle_seconds, 3)}
            for kept, idle_seconds in self._worlds.all()
        ]
        return Answer(200, {"version": VERSION, "most": self._worlds.most, "worlds": worlds})

    async def make_world(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        if "host" not in request.headers:
            raise Refused(400, {"Host": ["is missing; the world's addresses begin with it"]})
        kept = await self._worlds.make(settings.arguments(read))
        address = f"{request.scheme}://{request.headers['host']}{ADDRESSES}/{kept.id}"
        world = {
            "id": kept.id,
            "des_url": f"{address}/des",
            "backend_url": f"{address}/backend",
            "client_id": kept.simulation.client_id,
            "client_secret": kept.simulation.client_secret,
            "tenant": kept.simulation.tenant,
            "now": _now(kept),
        }
        return Answer(201, {"world": world}, headers={"Cache-Control": "no-store"})

    async def remove_world(self, request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        await self._worlds.remove(request.parameters["id"])
        return Answer(204)

    async def let_time_pass(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        kept = self._find(request)
        going = Going(**read)
        farthest = min(kept.simulation.clock.now() + FARTHEST, LATEST)
        if going.to is not None and going.to > farthest:
            what = "after the year 2999" if farthest == LATEST else "more than a hundred years away"
            raise Refused(400, {"to": [f"is {what}; it is {_now(kept)}"]})
        gone = await kept.thread.call(World.let_pass, going)
        shown = {
            "now": timestamp(gone.now),
            "answered": sorted(gone.answered),
            "woken": gone.woken,
            "turn": gone.turn,
            "is_idle": gone.is_idle,
        }
        return Answer(200, {"clock": shown})

    async def show_messages(self, request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        after = request.query.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 15):
            raise Refused(400, {"after": ["must be the number of a message"]})

        async def messages(world: World) -> list[dict[str, Any]]:
            later = (message for message in world.simulation.trace if message.n > int(after))
            # One more than is shown tells whether there are more.
            return [message.as_json() for message in itertools.islice(later, MOST_MESSAGES + 1)]

        found = await self._find(request).thread.call(messages)
        return Answer(200, {"messages": found[:MOST_MESSAGES], "has_more": len(found) > MOST_MESSAGES})

    async def take_messages(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        async def record(world: World) -> None:
            for message in read["messages"]:
                BRANCH.set(message["branch"])
                with of_user(message["user"]):
                    world.simulation.trace.record(
                        message["from"],
                        message["to"],
                        message["label"],
                        kind=message["kind"],
                        detail=message["detail"],
                    )

        await self._find(request).thread.call(record)
        return Answer(204)

    async def show_state(self, request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        return Answer(200, {"state": await self._find(request).thread.call(lambda world: world.simulation.state())})

    async def add_fault(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        fault = Fault(**{name.removesuffix("_seconds"): value for name, value in read.items()})
        try:
            refuse_what_nobody_sends(fault.what, sender=fault.sender, receiver=None)
        except NoSuchMessage as error:
            raise Refused(400, {"sender": [str(error)]}) from error
        try:
            await self._find(request).thread.call(lambda world: world.simulation.fail(fault))
        except NoSuchMessage as error:
            raise Refused(400, {"receiver": [str(error)]}) from error
        return Answer(204)

    async def show_faults(self, request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        left = await self._find(request).thread.call(lambda world: world.simulation.pending())
        return Answer(200, pending.as_json(left))

    async def remove_faults(self, request: HTTPRequest, _read: Mapping[str, Any]) -> Answer:
        await self._find(request).thread.call(lambda world: world.simulation.heal())
        return Answer(204)

    async def let_die(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        who, point = read["of"], read.get("at")
        stays_down = read.get("stays_down_seconds", timedelta())
        if point is not None and (who != "bank_backend" or stays_down):
            raise Refused(400, {"at": ["is for a bank_backend that is started again at once"]})

        async def die(world: World) -> None:
            simulation = world.simulation
            if point is not None:
                await simulation.crash_backend_at(point)
            elif who == "des":
                await simulation.kill_des(stays_down=stays_down)
            else:
                await simulation.kill_backend(stays_down=stays_down)

        await self._find(request).thread.call(die)
        return Answer(204)

    async def change_bank(self, request: HTTPRequest, read: Mapping[str, Any]) -> Answer:
        async def change(world: World) -> None:
            await world.simulation.bank_decides(after=read.get("decision_after_seconds"), refuses=read.get("refuses"))
            if read.get("decides_now"):
                await world.simulation.bank_decides_now()

        try:
            await self._find(request).thread.call(change)
        except ValueError as error:  # what cannot be a customer's name, say
            raise Refused(400, {"base": [str(error)]}) from error
        return Answer(204)

    def _thread(self, world_id: str) -> WorldThread:
        return self._worlds.find(world_id).thread

    def _find(self, request: HTTPRequest) -> Kept:
        return self._worlds.find(request.parameters["id"])


def _now(kept: Kept) -> str:
    return timestamp(kept.simulation.clock.now())

"""Makes worlds, lists them, and removes them."""

from ....server.http.answers import Answer, Refused
from ....timeline.clock import timestamp
from .. import settings
from ..registry import RegisteredWorld
from .command import ControlRequest

WORLDS = "/sandbox/worlds"

# The paths of all worlds begin with it.
ADDRESSES = "/worlds"

# Changes when a player of an earlier version could not play any more.
VERSION = 3


async def list_worlds(request: ControlRequest) -> Answer:
    worlds = [
        {"id": kept.id, "now": _now(kept), "idle_seconds": round(idle_seconds, 3)}
        for kept, idle_seconds in request.worlds.all()
    ]
    return Answer(200, {"version": VERSION, "most": request.worlds.most, "worlds": worlds})


async def make_world(request: ControlRequest) -> Answer:
    if "host" not in request.http.headers:
        raise Refused(400, {"Host": ["is missing; the world's addresses begin with it"]})
    kept = await request.worlds.make(settings.arguments(request.values))
    address = f"{request.http.scheme}://{request.http.headers['host']}{ADDRESSES}/{kept.id}"
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


async def remove_world(request: ControlRequest) -> Answer:
    await request.worlds.remove(request.http.parameters["id"])
    return Answer(204)


def _now(kept: RegisteredWorld) -> str:
    return timestamp(kept.simulation.clock.now())

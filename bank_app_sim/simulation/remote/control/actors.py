"""Shows what the actors of a world have, lets their processes die, and changes how the bank decides."""

from datetime import timedelta

from ....backend import EVERY_CRASH_POINT
from ....server.http.answers import Answer, Refused
from ....server.http.readers import TEXT, list_of, one_of, seconds, yes_or_no
from ..fields import Field, Fields
from ..served_world import ServedWorld
from .command import ControlRequest

_CRASH_POINT = one_of(*EVERY_CRASH_POINT)

DEATH: Fields = {
    "of": Field(one_of("des", "bank_backend"), "Whose process dies: `des` or `bank_backend`.", is_required=True),
    "stays_down_seconds": Field(seconds(), "How long it is not there; started again at once, when left out."),
    "at": Field(
        _CRASH_POINT, "Not now but when the bank's backend next comes to this point, one that `serve --help` lists."
    ),
}

BANK: Fields = {
    "decision_after_seconds": Field(seconds(), "How long it takes to decide on accounts ordered from now on."),
    "refuses": Field(list_of(TEXT), "Customers to whom it gives no account from now on."),
    "decides_now": Field(yes_or_no, "It decides at once on every order that waits."),
}


async def show_state(request: ControlRequest) -> Answer:
    return Answer(200, {"state": await request.world.thread.call(lambda world: world.simulation.state())})


async def let_die(request: ControlRequest) -> Answer:
    who, point = request.values["of"], request.values.get("at")
    stays_down = request.values.get("stays_down_seconds", timedelta())
    if point is not None and (who != "bank_backend" or stays_down):
        raise Refused(400, {"at": ["is for a bank_backend that is started again at once"]})

    async def die(world: ServedWorld) -> None:
        simulation = world.simulation
        if point is not None:
            await simulation.crash_backend_at(point)
        elif who == "des":
            await simulation.kill_des(stays_down=stays_down)
        else:
            await simulation.kill_backend(stays_down=stays_down)

    await request.world.thread.call(die)
    return Answer(204)


async def change_bank(request: ControlRequest) -> Answer:
    read = request.values

    async def change(world: ServedWorld) -> None:
        await world.simulation.bank_decides(after=read.get("decision_after_seconds"), refuses=read.get("refuses"))
        if read.get("decides_now"):
            await world.simulation.bank_decides_now()

    try:
        await request.world.thread.call(change)
    except ValueError as error:  # what cannot be a customer's name, say
        raise Refused(400, {"base": [str(error)]}) from error
    return Answer(204)

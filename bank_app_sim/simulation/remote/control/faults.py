"""Adds faults to the network of a world, shows them, and removes them."""

from ....server.http.answers import Answer, Refused
from ....server.http.readers import TEXT, integer, nullable, one_of, seconds
from ....timeline.trace import PARTICIPANTS
from ...exchanges import NoSuchMessage, message, refuse_what_nobody_sends
from ...faults import FaultKind
from .. import pending
from ..fields import Field, Fields
from .command import ControlRequest

_PARTICIPANT = one_of(*PARTICIPANTS)
_KINDS = ", ".join(f"`{kind}`" for kind in FaultKind)

FAULT: Fields = {
    "trouble": Field(one_of(*FaultKind), f"What the network does: {_KINDS}.", is_required=True),
    "sender": Field(nullable(_PARTICIPANT), "Whose messages; anybody's, when left out."),
    "receiver": Field(nullable(_PARTICIPANT), "To whom; to anybody, when left out."),
    "what": Field(
        nullable(lambda value: message(TEXT(value))),
        "Method and path, such as `PATCH /transactions/{id}`, one of [all messages](journeys.md#messages), or what the "
        "diagrams call it; any, when left out.",
    ),
    "times": Field(
        nullable(integer(least=1)), "How many messages it befalls, null for all that come; 1 when left out."
    ),
    "after": Field(integer(least=0), "How many pass unharmed before; 0 when left out."),
    "status": Field(integer(least=400, most=599), "What is answered, for `answered`; 503 when left out."),
    "delay_seconds": Field(seconds(), "How late it is, for `late`."),
    "name": Field(TEXT, "What you call it; `GET …/faults` says it."),
}


async def add_fault(request: ControlRequest) -> Answer:
    fault = pending.asked_for(request.values)
    try:
        refuse_what_nobody_sends(fault.what, sender=fault.sender, receiver=None)
    except NoSuchMessage as error:
        raise Refused(400, {"sender": [str(error)]}) from error
    try:
        await request.world.thread.call(lambda world: world.simulation.fail(fault))
    except NoSuchMessage as error:
        raise Refused(400, {"receiver": [str(error)]}) from error
    return Answer(204)


async def show_faults(request: ControlRequest) -> Answer:
    left = await request.world.thread.call(lambda world: world.simulation.pending())
    return Answer(200, pending.as_json(left))


async def remove_faults(request: ControlRequest) -> Answer:
    await request.world.thread.call(lambda world: world.simulation.heal())
    return Answer(204)

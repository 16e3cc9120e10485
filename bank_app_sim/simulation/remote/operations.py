"""Every operation of the control plane, in one table."""

from ...server.http.operation import Operation
from . import settings
from .control import actors, clock, faults, messages, worlds
from .control.command import Command

OPERATIONS: tuple[Operation[Command], ...] = (
    Operation("GET", "/sandbox/worlds", Command(worlds.list_worlds)),
    Operation("POST", "/sandbox/worlds", Command(worlds.make_world, settings.FIELDS)),
    Operation("DELETE", "/sandbox/worlds/{id}", Command(worlds.remove_world)),
    Operation("POST", "/sandbox/worlds/{id}/clock", Command(clock.let_time_pass, clock.CLOCK)),
    Operation("GET", "/sandbox/worlds/{id}/messages", Command(messages.show_messages), query=("after",)),
    Operation("POST", "/sandbox/worlds/{id}/messages", Command(messages.take_messages, messages.MESSAGES)),
    Operation("GET", "/sandbox/worlds/{id}/state", Command(actors.show_state)),
    Operation("POST", "/sandbox/worlds/{id}/faults", Command(faults.add_fault, faults.FAULT)),
    Operation("GET", "/sandbox/worlds/{id}/faults", Command(faults.show_faults)),
    Operation("DELETE", "/sandbox/worlds/{id}/faults", Command(faults.remove_faults)),
    Operation("POST", "/sandbox/worlds/{id}/deaths", Command(actors.let_die, actors.DEATH)),
    Operation("PATCH", "/sandbox/worlds/{id}/bank", Command(actors.change_bank, actors.BANK)),
)

"""The planned faults of a world that have not happened yet, as JSON."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..faults import Fault, Pending


def as_json(pending: Pending) -> dict[str, Any]:
    """Faults with the fields that they were asked for with, and the points of work at which the backend is to die."""
    return {"faults": [_fault_as_json(fault) for fault in pending.faults], "deaths": list(pending.deaths)}


def from_json(values: Mapping[str, Any]) -> Pending:
    """The opposite of `as_json()`."""
    return Pending(faults=[_fault(each) for each in values["faults"]], deaths=values["deaths"])


def fault_fields(fault: Fault) -> dict[str, Any]:
    """A fault as it is asked for."""
    return {
        "trouble": fault.kind.value,
        "sender": fault.sender,
        "receiver": fault.receiver,
        "what": fault.what,
        "times": fault.times,
        "after": fault.after,
        "status": fault.status,
        "delay_seconds": fault.delay.total_seconds(),
        **({"name": fault.name} if fault.name else {}),
    }


def _fault_as_json(fault: Fault) -> dict[str, Any]:
    return {**fault_fields(fault), "struck": fault.struck, "held_back": fault.held_back}


def _fault(values: Mapping[str, Any]) -> Fault:
    given = {name: value for name, value in values.items() if name not in ("delay_seconds", "struck", "held_back")}
    fault = asked_for({**given, "delay_seconds": timedelta(seconds=values["delay_seconds"])})
    fault.struck, fault.held_back = values["struck"], values["held_back"]
    return fault


def asked_for(read: Mapping[str, Any]) -> Fault:
    """The fault that the fields of a body ask for, as they were read."""
    names = {"trouble": "kind", "delay_seconds": "delay"}
    return Fault(**{names.get(name, name): value for name, value in read.items()})

"""A simulated bank and a sandbox of DES, against which journeys run for real."""

import importlib
from typing import TYPE_CHECKING, Any

from .needed import require_all

if TYPE_CHECKING:
    from .simulation import ServedSimulation, Simulation, SimulationError
    from .simulation.remote import RemoteWorld, SandboxError

__all__ = ["RemoteWorld", "SandboxError", "ServedSimulation", "Simulation", "SimulationError"]

# Where the public names are.
_ROOMS = {
    "RemoteWorld": ".simulation.remote",
    "SandboxError": ".simulation.remote",
    "ServedSimulation": ".simulation",
    "Simulation": ".simulation",
    "SimulationError": ".simulation",
}

require_all()


def __getattr__(name: str) -> Any:
    """Import a world when somebody first asks for it: pytest loads our plugin for people who may not use it."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS[name], __name__), name)

"""A simulated bank and a sandbox of DES, against which journeys run for real."""

from typing import TYPE_CHECKING, Any

from .needed import require_all

if TYPE_CHECKING:
    from .simulation import Served, Simulation, SimulationError

__all__ = ["Served", "Simulation", "SimulationError"]

require_all()


def __getattr__(name: str) -> Any:
    """Import a world when it is first asked for: pytest loads our plugin for people who may not use it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import simulation

    return getattr(simulation, name)

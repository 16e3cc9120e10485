"""A simulated bank and a sandbox of DES, against which journeys run for real."""

from .simulation import Served, Simulation, SimulationError

__all__ = ["Served", "Simulation", "SimulationError"]

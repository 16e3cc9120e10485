"""What goes wrong with worlds."""


class SimulationError(Exception):
    """Something was asked of a simulation that it cannot do in this way; the message says how."""

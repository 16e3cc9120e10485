"""The error of worlds."""


class SimulationError(Exception):
    """A world cannot do what the caller wants; the message says why, and what to do instead."""

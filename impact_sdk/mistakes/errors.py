"""The base of all errors of the SDK, and those that the caller made: they stand below all that can raise them."""

from ..parsing.visible import visible
from .travelling import Travelling


class ImpactError(Travelling):
    """Anything that this SDK raises on purpose.

    What others wrote stands in its message so that it can be seen and does nothing: no control characters reach the
    terminal, or the log, that it is written to. It can be copied, and be sent to another process.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(visible(message))


class ConfigurationError(ImpactError, ValueError):
    """The SDK was set up, or is being used, in a way that cannot work; the message names the argument and its value.

    No request was sent, unless what the host has handed over (a clock, a store, a transport) gave a wrong answer later.
    It is a ValueError as well, which is what Python calls an argument that cannot be.
    """


class UnknownArgument(ConfigurationError, TypeError):
    """There is no argument of this name, and the message has the nearest one; or one that has to be given is missing.

    No request was sent. It is a TypeError as well, which is what Python calls it.
    """

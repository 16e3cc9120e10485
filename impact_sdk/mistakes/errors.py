"""The base of all errors of the SDK, and the errors of a caller. Every other module may raise them."""

from ..parsing.visible import visible
from .travelling import Travelling


class ImpactError(Travelling):
    """Any error that this SDK raises on purpose.

    Its message shows control characters in text of others as escapes, so that they do nothing in a terminal or a log.
    It can be copied, and sent to another process.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(visible(message))


class ConfigurationError(ImpactError, ValueError):
    """The SDK was set up, or is used, in a way that cannot work. The message names the argument and its value.

    No request was sent, unless an object of the host (a clock, a store, a transport) gave a wrong answer later. It is a
    ValueError too, Python's name for a wrong argument.
    """


class UnknownArgument(ConfigurationError, TypeError):
    """There is no argument of this name, or a required one is missing. The message has the nearest name.

    No request was sent. It is a TypeError too, Python's name for such a call.
    """

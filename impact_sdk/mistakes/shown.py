"""Values, and errors of others, as text for a message."""

import reprlib

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """A value, shortened if it is long."""
    if isinstance(value, int) and value.bit_length() > 128:  # Python refuses to print very long ones
        return f"a number of {value.bit_length()} bits"
    try:
        return _short.repr(value)
    except Exception:  # a foreign repr
        return f"an object of {type(value).__name__}"


def told(error: BaseException) -> str:
    """The class of a foreign error, and its text if it has one."""
    said = text(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def lasting(seconds: float) -> str:
    """A duration: two digits, and all digits before the point."""
    return f"{seconds:.2g} s" if seconds < 99.5 else f"{seconds:.0f} s"


def text(error: BaseException) -> str:
    """The text of an error."""
    try:
        return str(error)
    except Exception:  # a foreign str
        return "it does not say why"

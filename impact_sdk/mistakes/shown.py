"""How a value, or an error of somebody else, stands in a message."""

import reprlib

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """A value as a message can have it, however long it is."""
    if isinstance(value, int) and value.bit_length() > 128:  # Python refuses to write very long ones
        return f"a number of {value.bit_length()} bits"
    try:
        return _short.repr(value)
    except Exception:  # somebody else's repr
        return f"an object of {type(value).__name__}"


def told(error: BaseException) -> str:
    """What somebody else raised: its type, and its text where it has one."""
    said = text(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def lasting(seconds: float) -> str:
    """A length of time as a message has it: two digits, and all that are before the point."""
    return f"{seconds:.2g} s" if seconds < 99.5 else f"{seconds:.0f} s"


def text(error: BaseException) -> str:
    """What it says."""
    try:
        return str(error)
    except Exception:  # somebody else's str
        return "it does not say why"

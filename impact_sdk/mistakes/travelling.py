"""Errors that are copied, and that go to another process: a worker's to whoever waits for it, say."""

import copy
import pickle
from typing import Any, TypeVar

from .shown import told

T = TypeVar("T", bound="Travelling")


class Travelling:
    """Makes an error arrive as it was: its type, message, attributes and notes, and what it came from.

    Python would make it anew from its message alone, which no error can be that has to be told more. A traceback does
    not travel. What it came from may be of a kind that cannot: there its type and text stand in its place.
    """

    def __copy__(self) -> Any:
        return _made_anew(type(self), _state(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        # What it came from is somebody else's, and stays the same.
        copied = {name: copy.deepcopy(value, memo) for name, value in vars(self).items()}
        return _made_anew(type(self), {**_state(self), **copied})

    def __reduce__(self) -> tuple[Any, ...]:
        state = _state(self)
        return _made_anew, (type(self), {**state, "__cause__": _that_travels(state["__cause__"])})


def _state(error: Any) -> dict[str, Any]:
    return {
        **vars(error),
        "args": error.args,
        "__cause__": error.__cause__,
        "__suppress_context__": error.__suppress_context__,
    }


def _made_anew(kind: type[T], state: dict[str, Any]) -> T:
    error = kind.__new__(kind)
    for name, value in state.items():
        setattr(error, name, value)
    return error


def _that_travels(cause: BaseException | None) -> BaseException | None:
    if cause is None or isinstance(cause, Travelling):
        return cause
    try:
        arrived = pickle.loads(pickle.dumps(cause))
        if type(arrived) is type(cause) and str(arrived) == str(cause):
            return cause
    except Exception:  # somebody else's: it cannot be written, or not be read again
        pass
    return Exception(told(cause))

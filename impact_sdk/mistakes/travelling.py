"""Errors that can be copied, and sent to another process: from a worker to its caller, say."""

import copy
import pickle
from typing import Self, TypeVar

from .shown import told

T = TypeVar("T", bound="Travelling")


class Travelling(Exception):
    """An error that arrives as it was: type, message, attributes, notes and cause. The traceback does not travel.

    Python would make it again from its message alone, which fails if its class needs more arguments. If the cause
    cannot travel, its type and text take its place.
    """

    def __copy__(self) -> Self:
        return _made_anew(type(self), _state(self))

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        # The cause is not ours to copy: it stays the same object.
        copied = {name: copy.deepcopy(value, memo) for name, value in vars(self).items()}
        return _made_anew(type(self), {**_state(self), **copied})

    def __reduce__(self) -> tuple[object, ...]:
        return _made_anew, (type(self), {**_state(self), "__cause__": _that_travels(self.__cause__)})


def _state(error: "Travelling") -> dict[str, object]:
    return {
        **vars(error),
        "args": error.args,
        "__cause__": error.__cause__,
        "__suppress_context__": error.__suppress_context__,
    }


def _made_anew(kind: type[T], state: dict[str, object]) -> T:
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
    except Exception:  # a foreign class that cannot be pickled, or unpickled
        pass
    return Exception(told(cause))

"""Checks what the host's own objects give: callbacks, task groups, random sources. A wrong answer is a clear error.

What the host's objects raise passes through as it is.
"""

import inspect
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar, TypeVarTuple, Unpack

import anyio
import attrs

from ..arguments import able
from ..errors import ConfigurationError
from ..mistakes.shown import shown, told
from ..mistakes.wrong import wrong
from . import event_loops

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


async def awaited(name: str, answer: Awaitable[T]) -> T:
    """Await what an asynchronous method of the host returned; `ConfigurationError` if it cannot be awaited.

    Args:
        name: The method, such as `clock.sleep()`.
    """
    if not inspect.isawaitable(answer):
        raise ConfigurationError(f"{name} gave {shown(answer)}, which cannot be awaited; make it an async function")
    return await answer


# Exceptions that end the program: the SDK never keeps them.
_ENDS_OF_THE_PROGRAM = (KeyboardInterrupt, SystemExit)


def ends_the_program(error: BaseException) -> bool:
    """Whether an exception, or one in its group, ends the program."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(_ENDS_OF_THE_PROGRAM) is not None
    return isinstance(error, _ENDS_OF_THE_PROGRAM)


def is_hosts_own(error: BaseException) -> bool:
    """Whether an exception of the host's code is a failure of that code alone, whatever its class.

    Test frameworks and hosts have errors that do not derive from `Exception`. Not the host's own: the end of the
    program, and the cancellation of this task, also by an event loop that has ended.
    """
    if isinstance(error, Exception):
        return True
    if ends_the_program(error):
        return False
    if isinstance(error, GeneratorExit):
        return event_loops.this_one() is not None
    # Otherwise the host's code awaited something that others have cancelled.
    return not isinstance(error, anyio.get_cancelled_exc_class()) or not event_loops.is_cancelled_here()


def awaitable(answer: Awaitable[T]) -> Awaitable[T]:
    """What a callback returned; TypeError, for its author, if it cannot be awaited."""
    if not inspect.isawaitable(answer):
        raise TypeError(f"it returned {shown(answer)}, which cannot be awaited; make it an async function")
    return answer


class Source(Protocol):
    """A source of random numbers, such as `random.Random`."""

    def random(self) -> float: ...
    def getrandbits(self, k: int, /) -> int: ...


@attrs.frozen
class HostSource:
    """A source of the host, whose numbers are checked."""

    _source: Source

    def random(self) -> float:
        """0 to 1."""
        number = self._source.random()
        if not isinstance(number, float) or not 0 <= number <= 1:
            raise wrong("source.random()", number, "a number from 0 to 1, as random.Random does")
        return number

    def getrandbits(self, k: int, /) -> int:
        """A whole number of `k` bits."""
        bits = self._source.getrandbits(k)
        if not isinstance(bits, int) or not 0 <= bits < 2**k:
            raise wrong(f"source.getrandbits({k})", bits, f"a whole number of {k} bits, as random.Random does")
        return bits


def source_of(source: Source | None) -> Source:
    """The source that a caller gives, or the system's; `ConfigurationError` if it is not one."""
    source = able("source", source, "random", "getrandbits")
    return random.SystemRandom() if source is None else HostSource(source)


class Tasks(Protocol):
    """Starts tasks, such as an `anyio.abc.TaskGroup`."""

    def start_soon(
        self, func: Callable[[Unpack[Arguments]], Coroutine[Any, Any, Any]], *args: *Arguments
    ) -> object: ...


@attrs.frozen
class HostTasks:
    """A task group of the host."""

    _group: Tasks

    def start_soon(self, func: Callable[[Unpack[Arguments]], Coroutine[Any, Any, Any]], *args: *Arguments) -> None:
        try:
            self._group.start_soon(func, *args)
        except RuntimeError as error:
            raise ConfigurationError(
                f"task_group takes no task ({told(error)}); enter it before the SDK, and leave it after `aclose()`"
            ) from error


def tasks_of(group: Tasks | None) -> Tasks | None:
    """The task group that a caller gives; `ConfigurationError` if it is not one."""
    if group is None:
        return None
    if not callable(getattr(group, "start_soon", None)) or isinstance(group, type):
        raise wrong(
            "task_group",
            group,
            "one of anyio.create_task_group() or trio.open_nursery(), or leave it out: the SDK has tasks of its own",
        )
    return HostTasks(group)

"""One call of a method of the SDK, from start to end: its deadline, and the hooks that hear of it."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

import attrs

from ..errors import ImpactError
from .deadlines import Deadline
from .hooks import CallEnded, CallStarted, Hooks

T = TypeVar("T")


@attrs.define(eq=False)
class Call:
    """One call, while it runs.

    Attributes:
        started: The event that told its start.
        deadline: Its requests share it; None if the call has none.
        attempts: How many requests were sent.
    """

    started: CallStarted
    deadline: Deadline | None = None
    attempts: int = 0


@attrs.frozen
class Paging:
    """A listing. Each of its pages is a call of its own.

    Attributes:
        name: Such as `dreams.list`.
        deadline: All pages share it; it stands still between two pages.
        ends: Whether there is a last page. If not, each page has its own deadline.
    """

    name: str
    deadline: Deadline | None
    ends: bool = True


@attrs.define(eq=False)
class Calling(Generic[T]):
    """An `async with` block in which one call is made; gives what its requests are sent through."""

    _hooks: Hooks
    _make: Callable[[], tuple[Call, T]]
    _call: Call | None = attrs.field(default=None, init=False)
    _began: float = attrs.field(default=0.0, init=False)

    async def __aenter__(self) -> T:
        self._call, transport = self._make()
        self._began = time.monotonic()
        if self._hooks:
            try:
                await self._hooks.tell(self._call.started)
            except BaseException as error:  # a hook has heard that it began
                await self.__aexit__(type(error), error, None)
                raise
        if self._call.deadline is not None:
            self._call.deadline.go_on()
        return transport

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._call is None:
            return
        if self._call.deadline is not None:
            self._call.deadline.stop()
        if self._hooks:
            ended = CallEnded(
                call=self._call.started,
                seconds=time.monotonic() - self._began,
                attempts=self._call.attempts,
                error=None if kind is None else kind.__name__,
                message=str(error) if isinstance(error, ImpactError) else None,
            )
            await self._hooks.tell(ended, may_wait=kind is not GeneratorExit)

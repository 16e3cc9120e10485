"""Does something at a chosen step of a call: cancels it, in each way in which a host's call may be cancelled.

A task runs in steps: from one wait to the next. Who cancels at step 1, 2, 3 … until the call ends by itself has tried
every place at which it can be cancelled.
"""

import asyncio
import enum
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import anyio
import attrs
import sniffio
import trio

Call = Callable[[], Coroutine[Any, Any, Any]]
Act = Callable[[], object]


# More than any call has: a walk that never ends is noticed.
MOST_STEPS = 400


class By(enum.Enum):
    """Who cancels."""

    TASK = "task.cancel()"
    SCOPE = "a cancel scope"


class When(enum.Enum):
    """At which moment of the wait that ends a step."""

    AT_ONCE = "as the wait begins"
    TOO_LATE = "as what is waited for has come, and the task does not know yet"
    AGAIN_AND_AGAIN = "as the wait begins, and at every wait that follows"


@attrs.frozen
class Outcome:
    """What became of a call.

    Attributes:
        was_reached: Whether it came to the step at which it was to be cancelled.
        was_cancelled: Whether it ended by that.
    """

    was_reached: bool
    was_cancelled: bool


async def cancelled_at(step: int, call: Call, by: By, when: When) -> Outcome:
    """Run a call in a task of its own, and cancel it at a step of that task; 1 is the first."""
    if by is By.TASK:
        return await _cancelled_by_task(step, call, when)
    scope = anyio.CancelScope()

    async def within() -> None:
        with scope:
            await call()

    was_reached = await at_step(step, within, scope.cancel, when)
    return Outcome(was_reached, scope.cancelled_caught)


async def _cancelled_by_task(step: int, call: Call, when: When) -> Outcome:
    tasks: list[asyncio.Task[Any] | None] = []

    async def within() -> None:
        tasks.append(asyncio.current_task())
        await call()

    def cancel() -> None:
        for task in tasks:
            assert task is not None
            task.cancel()

    was_reached, was_cancelled = [], False
    try:
        was_reached.append(await at_step(step, within, cancel, when))
    except asyncio.CancelledError:
        was_cancelled = True
    return Outcome(was_cancelled or was_reached == [True], was_cancelled)


async def at_step(step: int, call: Call, act: Act, when: When) -> bool:
    """Run a call in a task of its own, and do something at a step of that task; whether it has come so far."""
    if sniffio.current_async_library() == "trio":
        return await _at_step_in_trio(step, call, act, when)
    steps = _Steps(call(), step, when, act)
    task = asyncio.get_running_loop().create_task(steps)
    await asyncio.wait({task})
    task.result()
    return steps.count >= step


@attrs.define(eq=False)
class _Steps(Coroutine[Any, Any, Any]):
    """A coroutine whose steps under asyncio are counted."""

    inner: Coroutine[Any, Any, Any]
    step: int
    when: When
    act: Act
    count: int = 0

    def send(self, value: Any) -> Any:
        return self._stepped(self.inner.send, value)

    def throw(self, *error: Any) -> Any:
        return self._stepped(self.inner.throw, *error)

    def close(self) -> None:
        self.inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError

    def _stepped(self, resume: Callable[..., Any], *arguments: Any) -> Any:
        waited_for = resume(*arguments)
        self.count += 1
        if self.count == self.step or (self.count > self.step and self.when is When.AGAIN_AND_AGAIN):
            if self.when is not When.TOO_LATE:
                # Not here: the task does not wait yet.
                asyncio.get_running_loop().call_soon(self.act)
            elif isinstance(waited_for, asyncio.Future):
                # Before the task asks to be woken: so this comes before that.
                waited_for.add_done_callback(lambda _: self.act())
            else:
                self.act()
        return waited_for


@attrs.define(eq=False)
class _Instrument(trio.abc.Instrument):
    """Sees the steps of one task under trio."""

    task: trio.lowlevel.Task
    step: int
    when: When
    act: Act
    count: int = 0

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self.task:
            self.count += 1
            if self.count == self.step and self.when is not When.TOO_LATE:
                self.act()

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:
        if task is self.task and self.count == self.step and self.when is When.TOO_LATE:
            self.act()


async def _at_step_in_trio(step: int, call: Call, act: Act, when: When) -> bool:
    instruments: list[_Instrument] = []
    errors: list[Exception] = []

    async def within() -> None:
        instruments.append(_Instrument(trio.lowlevel.current_task(), step, when, act))
        trio.lowlevel.add_instrument(instruments[0])
        try:
            await call()
        except Exception as error:
            errors.append(error)
        finally:
            with suppress(KeyError):
                trio.lowlevel.remove_instrument(instruments[0])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(within)
    for error in errors:
        raise error
    return instruments[0].count >= step

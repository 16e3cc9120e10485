"""Who cancels, when, and in which event loop; and that the loop has nothing to say about it."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import pytest

from .steps import By, When

# What has not ended by then hangs.
HANGS_SECONDS = 5


@attrs.frozen
class Way:
    """How calls are cancelled, and in which event loop."""

    backend: str
    by: By
    when: When
    options: Mapping[str, Any] = attrs.field(factory=dict)

    def __str__(self) -> str:
        loop = "uvloop" if self.options else self.backend
        return f"{loop}-{self.by.name.lower()}-{self.when.name.lower()}"

    def run(self, test: Callable[[], Awaitable[None]]) -> None:
        """Run a test in the loop. It fails also where a task is left over, or the loop hears of an error."""
        problems: list[dict[str, Any]] = []

        async def watched() -> None:
            if self.backend == "asyncio":
                asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
            await test()
            gc.collect()  # what was left behind says so now
            await anyio.lowlevel.checkpoint()
            if self.backend == "asyncio":
                assert asyncio.all_tasks() == {asyncio.current_task()}

        anyio.run(watched, backend=self.backend, backend_options=dict(self.options))
        assert problems == []


UVLOOP = {"use_uvloop": True}
EVERY_DAY = [
    Way("asyncio", By.TASK, When.AT_ONCE),
    Way("asyncio", By.SCOPE, When.TOO_LATE),
    Way("trio", By.SCOPE, When.AT_ONCE),
]
AT_NIGHT = [
    Way("asyncio", By.TASK, When.TOO_LATE),
    Way("asyncio", By.TASK, When.AGAIN_AND_AGAIN),
    Way("asyncio", By.SCOPE, When.AT_ONCE),
    Way("asyncio", By.TASK, When.AT_ONCE, UVLOOP),
    Way("asyncio", By.TASK, When.TOO_LATE, UVLOOP),
    Way("asyncio", By.TASK, When.AGAIN_AND_AGAIN, UVLOOP),
    Way("asyncio", By.SCOPE, When.TOO_LATE, UVLOOP),
    Way("trio", By.SCOPE, When.TOO_LATE),
]
WAYS = [
    *(pytest.param(way, id=str(way)) for way in EVERY_DAY),
    *(pytest.param(way, id=str(way), marks=pytest.mark.nightly) for way in AT_NIGHT),
]


async def until(is_so: Callable[[], bool], otherwise: str) -> None:
    """What a cancelled call leaves to the event loop, closing a socket, say, is soon done."""
    with anyio.move_on_after(HANGS_SECONDS):
        while not is_so():
            await anyio.lowlevel.checkpoint()
        return
    pytest.fail(otherwise)

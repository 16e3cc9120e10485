"""A callback of the host, called: what comes of it is a value, unless our own task is cancelled."""

from types import TracebackType
from typing import Any

import anyio
import pytest

from impact_sdk.tasks.calling import Answered, Failed, call


async def double(number: int) -> int:
    return 2 * number


class Unusual(BaseException):
    """Hosts and test frameworks have errors that are not an `Exception`."""


async def test_what_it_returns_is_an_answer() -> None:
    assert await call(double, 21) == Answered(42)


def test_an_answer_does_not_show_its_value() -> None:
    """It may be an ID token."""
    assert repr(Answered("secret")) == "Answered()"


@pytest.mark.parametrize("error", [ValueError("no"), Unusual("no"), TimeoutError()], ids=repr)
async def test_what_it_raises_is_a_failure(error: BaseException) -> None:
    async def broken(request: object) -> None:
        raise error

    assert await call(broken, None) == Failed(error)


async def test_what_it_raises_before_there_is_anything_to_await_is_a_failure_too() -> None:
    def broken(request: object) -> Any:
        raise ValueError("no")

    result = await call(broken, None)

    assert isinstance(result, Failed)
    assert str(result.error) == "no"


async def test_an_answer_that_cannot_be_awaited_is_a_failure_that_says_so() -> None:
    def not_async(request: object) -> Any:
        return "now"

    result = await call(not_async, None)

    assert isinstance(result, Failed)
    assert "cannot be awaited; make it an async function" in str(result.error)


async def test_a_cancellation_of_our_own_is_no_value() -> None:
    results: list[object] = []

    async def forever(request: object) -> None:
        scope.cancel()
        await anyio.sleep_forever()

    with anyio.CancelScope() as scope:
        results.append(await call(forever, None))

    assert scope.cancelled_caught
    assert results == []


async def test_the_end_of_the_program_is_no_value() -> None:
    async def end(request: object) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        await call(end, None)


class Watched:
    """Remembers the exception with which its block ends."""

    error: BaseException | None = None

    async def __aenter__(self) -> None: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.error = error


async def test_the_block_that_watches_a_call_sees_what_it_raises() -> None:
    watched, error = Watched(), ValueError("no")

    async def broken(request: object) -> None:
        raise error

    assert await call(broken, None, watched) == Failed(error)
    assert watched.error is error

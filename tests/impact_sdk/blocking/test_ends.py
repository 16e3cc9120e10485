"""How a blocking client opens and closes, and how its calls end early."""

import asyncio
import contextlib
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from impact_sdk import (
    Blocking,
    ConfigurationError,
    ImpactAPI,
    OutcomeUnknown,
)

from .client import PATIENCE_SECONDS, Client, listing_of_nothing, nothing, wait_for_ever


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, StopAsyncIteration])
def test_an_error_of_a_call_goes_to_its_caller_and_others_go_on(
    impact: Blocking[ImpactAPI], kind: type[BaseException]
) -> None:
    raised = kind()

    async def fail(_api: ImpactAPI) -> None:
        raise raised

    with ThreadPoolExecutor() as threads:
        under_way, ended = threading.Event(), threading.Event()
        other = threads.submit(impact.call, wait_for_ever, under_way, ended.set)
        assert under_way.wait(PATIENCE_SECONDS)
        with pytest.raises(kind) as caught:
            impact.call(fail)
        assert caught.value is raised
        assert not other.done()
        impact.call(nothing)
        impact.close()


# A thread that does not wait any longer


class Interrupted(BaseException):
    pass


def test_a_thread_that_is_interrupted_cancels_its_own_call_only(impact: Blocking[ImpactAPI]) -> None:
    """Like KeyboardInterrupt, and Celery's soft time limit."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    under_way, ended = threading.Event(), threading.Event()
    main = threading.get_ident()

    async def interrupted(_api: ImpactAPI) -> None:
        signal.pthread_kill(main, signal.SIGUSR1)
        await wait_for_ever(_api, under_way, ended.set)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(Interrupted):
            impact.call(interrupted)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert ended.wait(PATIENCE_SECONDS)
    impact.call(nothing)


def test_closing_cancels_calls_of_others_and_says_that_they_may_have_happened(
    impact: Blocking[ImpactAPI],
) -> None:
    under_way, ended = threading.Event(), threading.Event()
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(impact.call, wait_for_ever, under_way, ended.set)
        assert under_way.wait(PATIENCE_SECONDS)

        impact.close()

        assert ended.is_set()
        with pytest.raises(OutcomeUnknown, match="closed while the call was under way; it may have happened"):
            waiting.result(PATIENCE_SECONDS)


def test_a_call_that_cancels_itself_raises_and_ends_nothing_else(impact: Blocking[ImpactAPI]) -> None:
    async def cancelled(_api: ImpactAPI) -> None:
        raise asyncio.CancelledError

    with pytest.raises(Exception) as caught:  # noqa: PT011  # concurrent.futures' own, which says nothing
        impact.call(cancelled)

    assert type(caught.value).__name__ == "CancelledError"
    impact.call(nothing)


# Opening and closing


def test_it_opens_at_its_first_call_and_its_repr_says_so() -> None:
    client = Client()
    blocking = Blocking(lambda: client)
    assert (repr(blocking), client.happened) == ("<Blocking not open yet>", [])

    blocking.call(nothing)
    assert (repr(blocking), client.happened) == ("<Blocking open>", ["opening", "open"])

    blocking.close()
    assert (repr(blocking), client.happened) == ("<Blocking closed>", ["opening", "open", "closed"])


def test_opening_or_closing_a_second_time_does_nothing() -> None:
    client = Client()
    blocking = Blocking(lambda: client)

    blocking.open()
    blocking.open()
    blocking.close()
    blocking.close()

    assert client.happened == ["opening", "open", "closed"]


@pytest.mark.parametrize("was_open", [True, False])
def test_after_closing_it_says_that_it_is_closed(was_open: bool) -> None:
    blocking = Blocking(Client)
    if was_open:
        blocking.open()
    blocking.close()

    for use in (blocking.open, lambda: blocking.call(nothing), lambda: blocking.each(listing_of_nothing)):
        with pytest.raises(ConfigurationError, match="this Blocking is closed; make another one"):
            use()


def test_a_listing_that_was_begun_says_after_closing_that_it_is_closed(impact: Blocking[ImpactAPI]) -> None:
    listing = impact.each(listing_of_nothing)
    impact.close()

    with pytest.raises(ConfigurationError, match="this Blocking is closed"):
        next(listing)


def test_an_error_at_its_opening_comes_out_and_the_next_call_tries_again() -> None:
    client = Client(fails=[KeyError("no"), SystemExit("no")])
    blocking = Blocking(lambda: client)

    with pytest.raises(KeyError):
        blocking.call(nothing)
    with pytest.raises(SystemExit):
        blocking.open()
    blocking.call(nothing)
    blocking.close()

    assert client.happened == ["opening", "opening", "opening", "open", "closed"]


def test_closing_ends_an_opening_that_never_ends() -> None:
    under_way = threading.Event()

    class Stuck(Client):
        async def __aenter__(self) -> Client:
            under_way.set()
            await anyio.sleep_forever()
            raise AssertionError

    blocking = Blocking(Stuck)
    with ThreadPoolExecutor() as threads:
        opening = threads.submit(blocking.open)
        assert under_way.wait(PATIENCE_SECONDS)

        blocking.close()

        with pytest.raises(ConfigurationError, match="closed"):
            opening.result(PATIENCE_SECONDS)


def test_an_error_while_it_closes_comes_out_of_close() -> None:
    class Failing(Client):
        async def __aexit__(self, *_: object) -> None:
            raise KeyError("the last words")

    blocking = Blocking(Failing)
    blocking.open()

    with pytest.raises(KeyError, match="the last words"):
        blocking.close()
    blocking.close()


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_a_client_that_fails_by_itself_is_replaced_at_the_next_call(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """An exception of the client's own task belongs to no call; SystemExit ends the event loop too."""
    made: list[Client] = []

    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[Client]:
        async with anyio.create_task_group() as tasks:
            made.append(Client())
            tasks.start_soon(fail_when_told, made[-1])
            yield made[-1]
            tasks.cancel_scope.cancel()

    async def fail_when_told(client: Client) -> None:
        await client.told.wait()
        raise kind("of the client's own task")

    async def tell(client: Client) -> None:
        client.told.set()
        await anyio.sleep_forever()

    blocking = Blocking(make)
    with pytest.raises(OutcomeUnknown):
        blocking.call(tell)
    wait_until(lambda: "has failed" in caplog.text)

    blocking.call(nothing)
    blocking.close()

    assert len(made) == 2


def test_it_closes_when_nothing_refers_to_it_any_more() -> None:
    client = Client()
    blocking = Blocking(lambda: client)
    blocking.open()

    del blocking
    gc.collect()

    wait_until(lambda: client.happened[-1] == "closed")


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_call_may_close_the_client_that_it_is_given(impact: Blocking[ImpactAPI]) -> None:
    async def close(_api: ImpactAPI) -> None:
        impact.close()

    impact.call(close)

    with pytest.raises(ConfigurationError):
        impact.call(nothing)

"""Webhooks in code that cannot await: the same verdicts as with `await`, and many threads at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import anyio
import anyio.lowlevel
import attrs
import pytest

from impact_sdk import (
    ConfigurationError,
    EventBatch,
    MemoryReplayStore,
    ReplayedWebhook,
    WebhookVerifier,
)

from .fixed_clock import FixedClock
from .webhooks.batches import BODY, NOW, OTHER, SECRET, DistantStore, signed

THREADS = 8

# Each is sent twice. The second time some have been here.
SENT: dict[str, tuple[bytes, dict[str, str]]] = {
    "good": (BODY, signed(BODY)),
    "changed": (BODY + b" ", signed(BODY)),
    "of another secret": (BODY, signed(BODY, secret=OTHER)),
    "without headers": (BODY, {}),
    "stale": (BODY, signed(BODY, at=NOW - timedelta(minutes=6))),
    "no batch": (b"{}", signed(b"{}")),
}


def verifier_of(clock: FixedClock) -> WebhookVerifier:
    return WebhookVerifier(SECRET, replays=MemoryReplayStore(clock=clock), clock=clock)


def twice(ask: Callable[[], object]) -> list[str]:
    """What came of it each time."""
    said = []
    for _ in range(2):
        try:
            said.append(f"gave {ask()}")
        except Exception as error:
            said.append(f"raised {type(error).__name__}: {error}")
    return said


def received_now(verifier: WebhookVerifier, body: bytes, headers: dict[str, str]) -> EventBatch:
    with verifier.receiving(body, headers) as batch:
        return batch


async def received(verifier: WebhookVerifier, body: bytes, headers: dict[str, str]) -> EventBatch:
    async with verifier.receiving(body, headers) as batch:
        return batch


@pytest.mark.parametrize("sent", SENT)
def test_without_await_the_verdicts_are_those_with_await(sent: str) -> None:
    body, headers = SENT[sent]
    for awaited, now in (
        (WebhookVerifier.verify, WebhookVerifier.verify_now),
        (WebhookVerifier.check, WebhookVerifier.check_now),
        (received, received_now),
    ):
        first, second = verifier_of(FixedClock()), verifier_of(FixedClock())

        assert twice(partial(now, first, body, headers)) == twice(partial(anyio.run, awaited, second, body, headers))


def test_a_batch_that_was_not_dealt_with_may_come_again() -> None:
    verifier = verifier_of(FixedClock())
    for _ in range(2):
        with pytest.raises(KeyError), verifier.receiving(BODY, signed(BODY)):
            raise KeyError("the database is gone")

    with verifier.receiving(BODY, signed(BODY)) as batch:
        assert batch.batch_id == "b1"
        with pytest.raises(ReplayedWebhook) as caught:
            verifier.verify_now(BODY, signed(BODY))
        assert caught.value.is_under_way


async def test_in_an_event_loop_it_may_be_used_as_well() -> None:
    assert verifier_of(FixedClock()).verify_now(BODY, signed(BODY)).batch_id == "b1"


@attrs.define
class WaitingStore:
    """One that is asked over a network, by asynchronous code."""

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        await anyio.lowlevel.checkpoint()
        return False

    async def forget(self, webhook_id: str) -> None:
        await anyio.lowlevel.checkpoint()


@attrs.define
class StoreWithoutWaiting:
    """One of a host that cannot await: its driver blocks."""

    had: set[str] = attrs.field(factory=set)

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        was_there = webhook_id in self.had
        self.had.add(webhook_id)
        return was_there

    async def forget(self, webhook_id: str) -> None:
        self.had.discard(webhook_id)


def test_a_store_that_does_not_wait_is_asked() -> None:
    verifier = WebhookVerifier(SECRET, replays=StoreWithoutWaiting(), clock=FixedClock())

    said = twice(partial(verifier.verify_now, BODY, signed(BODY)))

    assert [each.split(":")[0].split("(")[0] for each in said] == ["gave EventBatch", "raised ReplayedWebhook"]


async def test_a_store_that_waits_says_so_where_nobody_can() -> None:
    """In an event loop, as here, or elsewhere."""
    verifier = WebhookVerifier(SECRET, replays=WaitingStore(), clock=FixedClock())
    for ask in (verifier.verify_now, verifier.check_now, partial(received_now, verifier)):
        with pytest.raises(ConfigurationError, match=r"replays waits for something, .*; await the verifier"):
            ask(BODY, signed(BODY))

    assert await received(verifier, BODY, signed(BODY))  # nothing is left of the attempts


@pytest.mark.parametrize("_", range(20))
def test_of_many_threads_one_has_the_batch_and_the_others_hear_of_it(_: int) -> None:
    verifier = verifier_of(FixedClock())
    begin, others = threading.Barrier(THREADS), threading.Semaphore(0)

    def receive() -> str:
        begin.wait()
        try:
            with verifier.receiving(BODY, signed(BODY)):
                for _ in range(THREADS - 1):
                    assert others.acquire(timeout=30)
                return "dealt with"
        except ReplayedWebhook as replayed:
            others.release()
            return "under way" if replayed.is_under_way else "has been here"

    with ThreadPoolExecutor(THREADS) as threads:
        said = list(threads.map(lambda _: receive(), range(THREADS)))

    assert sorted(said) == ["dealt with", *["under way"] * (THREADS - 1)]


class SlowStore(DistantStore):
    """Its answer is long under way."""

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        has_been_here = await super().seen(webhook_id, until)
        if not has_been_here:
            await anyio.wait_all_tasks_blocked()
        return has_been_here


async def test_a_batch_that_comes_while_the_store_is_asked_hears_that_it_is_under_way() -> None:
    """Answered 200, DES would not send it again, and the first attempt may yet fail."""
    clock = FixedClock()
    verifier = WebhookVerifier(SECRET, replays=SlowStore(clock=clock), clock=clock)
    said: list[bool | str] = []

    async def receive() -> None:
        try:
            async with verifier.receiving(BODY, signed(BODY)):
                said.append("dealt with")
        except ReplayedWebhook as replayed:
            said.append(replayed.is_under_way)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(receive)
        await anyio.lowlevel.checkpoint()
        tasks.start_soon(receive)

    assert said == [True, "dealt with"]

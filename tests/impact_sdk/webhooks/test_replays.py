"""A batch is dealt with once: replays, and the store that remembers batches."""

from datetime import timedelta

import anyio
import anyio.lowlevel
import pytest

from impact_sdk import (
    InvalidSignature,
    MemoryReplayStore,
    ReplayedWebhook,
    WebhookVerifier,
)

from ..fixed_clock import FixedClock
from .batches import BODY, NOW, OTHER, SECRET, DistantStore, signed

SECOND = timedelta(seconds=1)


async def test_a_replay_is_refused(verifier: WebhookVerifier) -> None:
    headers = signed(BODY)
    await verifier.verify(BODY, headers)

    with pytest.raises(ReplayedWebhook, match="'b1' has been here; answer 200") as caught:
        await verifier.verify(BODY, headers)

    assert (caught.value.webhook_id, caught.value.is_under_way) == ("b1", False)


async def test_without_a_store_replays_are_the_receivers_own_business(clock: FixedClock) -> None:
    verifier = WebhookVerifier(SECRET, replays=None, clock=clock)

    for _ in range(2):
        assert (await verifier.verify(BODY, signed(BODY))).batch_id == "b1"


async def test_a_store_must_be_chosen() -> None:
    with pytest.raises(TypeError, match="replays"):
        WebhookVerifier(SECRET)  # type: ignore[call-arg]


async def test_what_was_not_signed_is_not_remembered(verifier: WebhookVerifier) -> None:
    """Or anybody could have DES' next webhook refused."""
    with pytest.raises(InvalidSignature):
        await verifier.verify(BODY, signed(BODY, secret=OTHER))

    assert await verifier.verify(BODY, signed(BODY))


async def test_a_batch_that_was_not_dealt_with_may_come_again(verifier: WebhookVerifier) -> None:
    with pytest.raises(RuntimeError):
        async with verifier.receiving(BODY, signed(BODY)):
            raise RuntimeError("the database is gone")

    async with verifier.receiving(BODY, signed(BODY, at=NOW + SECOND)) as received:
        assert received.count == 1
    with pytest.raises(ReplayedWebhook):
        await verifier.verify(BODY, signed(BODY))


async def test_a_batch_whose_receiver_was_cancelled_may_come_again(clock: FixedClock) -> None:
    verifier = WebhookVerifier(SECRET, replays=DistantStore(clock=clock), clock=clock)

    with anyio.CancelScope() as scope:
        async with verifier.receiving(BODY, signed(BODY)):
            scope.cancel()
            await anyio.sleep_forever()

    assert await verifier.verify(BODY, signed(BODY))


async def test_a_batch_that_comes_while_it_is_dealt_with_says_so(verifier: WebhookVerifier) -> None:
    """Answered 200, DES would not send it again, and the first attempt may yet fail."""
    async with verifier.receiving(BODY, signed(BODY)):
        with pytest.raises(ReplayedWebhook) as caught:
            await verifier.verify(BODY, signed(BODY))

    assert caught.value.is_under_way


async def test_the_store_forgets_what_is_over(clock: FixedClock) -> None:
    store = MemoryReplayStore(clock=clock)
    await store.seen("b1", NOW + SECOND)

    await clock.sleep(2)

    assert not await store.seen("b1", NOW + 3 * SECOND)
    assert await store.seen("b1", NOW + 3 * SECOND)


async def test_the_store_is_bounded_and_the_oldest_gives_way(clock: FixedClock) -> None:
    store = MemoryReplayStore(2, clock=clock)
    for name in ("b1", "b2", "b3"):
        assert not await store.seen(name, NOW + SECOND)

    assert await store.seen("b3", NOW + SECOND)
    assert await store.seen("b2", NOW + SECOND)
    assert not await store.seen("b1", NOW + SECOND)


async def test_forgetting_what_is_not_there_is_nothing(clock: FixedClock) -> None:
    store = MemoryReplayStore(clock=clock)

    await store.forget("b1")

    assert not await store.seen("b1", NOW + SECOND)

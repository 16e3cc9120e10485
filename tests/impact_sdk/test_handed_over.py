"""Clocks and callbacks of a host that are wrong: errors name them, and no other session ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import httpx
import pytest

from impact_sdk import (
    AccountProvisioningDeclined,
    AccountProvisioningFailed,
    ConfigurationError,
    ImpactError,
    ImpactSDK,
    MemoryReplayStore,
    ProvisioningDeclined,
    Secret,
    Session,
    SessionClosed,
    WebhookVerifier,
    Weekly,
)

from .handed_over import BASE, HostClock, Odd, answers, api, nothing, on_one_loop
from .webhooks.batches import BODY, NOW, SECRET, signed


async def a_call(clock: Any) -> None:
    async with api(clock=clock) as client:
        await client.dreams.get("d1")


async def a_second_attempt(clock: Any) -> None:
    async with api(clock=clock) as client:
        await client.dreams.get("busy")


async def a_launch(clock: Any) -> None:
    async with ImpactSDK(BASE, client_id="a", clock=clock, transport=httpx.MockTransport(answers)) as sdk:
        await sdk.launch("t0ken")


async def a_webhook(clock: Any) -> None:
    await WebhookVerifier(SECRET, replays=None, clock=clock).check(BODY, signed(BODY))


async def a_store(clock: Any) -> None:
    store = MemoryReplayStore(clock=clock)
    await store.seen("b1", NOW)
    await store.seen("b1", NOW)


NO_MOMENTS = [None, 0, 1.5e9, "2027-01-04T08:00:00Z", datetime(2027, 1, 4, 8), date(2027, 1, 4), Odd()]  # noqa: DTZ001


@on_one_loop
@pytest.mark.parametrize("moment", NO_MOMENTS, ids=lambda moment: type(moment).__name__)
@pytest.mark.parametrize("used", [a_call, a_launch, a_webhook, a_store])
async def test_the_error_names_a_clock_that_tells_no_moment(
    used: Callable[[Any], Awaitable[None]], moment: Any
) -> None:
    with pytest.raises(ConfigurationError, match=r"clock.now\(\) is .*; give a datetime with its time zone"):
        await used(HostClock(given_now=moment))


@on_one_loop
async def test_a_clock_may_be_in_another_time_zone() -> None:
    zone = datetime.fromisoformat("2027-01-04T10:00:00+02:00")
    assert zone == NOW

    await a_webhook(HostClock(given_now=zone))


async def test_a_clock_whose_sleep_cannot_be_awaited_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"clock.sleep\(\) gave None, which cannot be awaited"):
        await a_second_attempt(HostClock(given_sleep=nothing))


@on_one_loop
async def test_without_a_clock_a_store_has_the_machines() -> None:
    store = MemoryReplayStore(clock=None)
    until = datetime.now(UTC) + timedelta(hours=1)

    assert [await store.seen("b1", until) for _ in range(2)] == [False, True]


@asynccontextmanager
async def a_session(**given: Any) -> AsyncIterator[Session]:
    sdk = ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), **{"clock": HostClock(), **given})
    async with sdk:
        yield await sdk.launch("t0ken")


def raises() -> None:
    raise ZeroDivisionError("the clock's own")


@pytest.mark.parametrize(
    ("broken", "said"),
    [(nothing, "ConfigurationError: clock.sleep_until.* gave None"), (raises, "ZeroDivisionError: the clock's own")],
)
async def test_a_session_whose_clock_cannot_wait_ends_and_says_so(broken: Any, said: str) -> None:
    async with a_session(clock=HostClock(given_sleep_until=broken)) as session:
        await anyio.wait_all_tasks_blocked()

        with pytest.raises(SessionClosed, match=f"the clock cannot wait for its end .{said}"):
            await session.create_dream("Bike")


async def test_a_handover_whose_clock_cannot_wait_fails_and_cancels_the_callback() -> None:
    clock = HostClock()
    ended: list[bool] = []

    async def never(_request: object) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=clock) as sdk:
        sdk.register(account_provisioning_requested=never)
        session = await sdk.launch("t0ken")
        await anyio.wait_all_tasks_blocked()
        clock.given_sleep_until = nothing

        with pytest.raises(ConfigurationError, match=r"clock.sleep_until\(\) gave None"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))
        await anyio.wait_all_tasks_blocked()

        assert ended == [True]


@on_one_loop
@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (Odd(), AccountProvisioningFailed),
        (ProvisioningDeclined(Odd()), AccountProvisioningDeclined),  # type: ignore[arg-type]
        (ProvisioningDeclined(5), AccountProvisioningDeclined),  # type: ignore[arg-type]
    ],
)
async def test_the_caller_hears_of_any_error_of_a_callback(raised: Exception, error: type[ImpactError]) -> None:
    async def callback(_request: object) -> None:
        raise raised

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=HostClock()) as sdk:
        sdk.register(account_provisioning_requested=callback)
        session = await sdk.launch("t0ken")

        with pytest.raises(error, match="paused: WeeklyLaunch l1"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))


@on_one_loop
async def test_a_callback_that_returns_what_cannot_be_shown_is_named() -> None:
    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=HostClock()) as sdk:
        callback: Any = lambda _request: Odd()  # noqa: E731
        sdk.register(account_provisioning_requested=callback)
        session = await sdk.launch("t0ken")

        with pytest.raises(AccountProvisioningFailed, match=r"it returned <.*Odd.*, which cannot be awaited"):
            await session.launch_savehack("d1", Weekly(amount_cents=5, weekday=0))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("a\ud800", "half of a character"),
        ("", "an empty text"),
        (b"token", "bytes"),
        (None, "NoneType"),
        (Odd(), "Odd"),
        (Secret(""), "an empty text"),
        (Secret(5), "Secret"),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_a_new_token_that_cannot_be_sent_is_no_token(token: Any, said: str) -> None:
    waits = iter([anyio.lowlevel.checkpoint()])
    clock = HostClock(given_sleep_until=lambda: next(waits, None) or anyio.sleep_forever())

    async def callback(_expired: object) -> Any:
        return token

    async with ImpactSDK(BASE, client_id="a", transport=httpx.MockTransport(answers), clock=clock) as sdk:
        sdk.register(id_token_expired=callback)
        session = await sdk.launch("t0ken")
        await anyio.wait_all_tasks_blocked()

        with pytest.raises(SessionClosed, match=f"id_token_expired returned {said}, and no token"):
            await session.create_dream("Bike")

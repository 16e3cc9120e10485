"""Closing, blocks and listings may be cancelled anywhere."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import anyio
import anyio.lowlevel
import pytest

from impact_sdk import (
    Dream,
    ImpactError,
    ImpactSDK,
)

from .cancelled_calls import (
    AIOHTTP,
    PLAIN,
    WEEKLY,
    Call,
    Carriage,
    Host,
    clients,
    each_call,
    each_way,
    listed,
    nothing_twice,
    over,
)
from .intact import is_intact
from .loopback_des import LoopbackDES, loopback_des
from .steps import MOST_STEPS, at_step, cancelled_at
from .ways import HANGS_SECONDS, Way, until


@over(PLAIN, AIOHTTP)
def test_closing_that_is_cancelled_anywhere_closes_all_the_same(carriage: Carriage, way: Way) -> None:
    """At the latest when it is closed once more."""

    async def test() -> None:
        async with loopback_des() as des:
            for step in range(1, MOST_STEPS):
                async with clients(des, Host(), carriage) as (sdk, api):
                    await sdk.launch("a token")
                    async with anyio.create_task_group() as tasks:
                        for _ in range(3):
                            tasks.start_soon(api.dreams.get, "d1")
                            tasks.start_soon(sdk.launch, f"token {_}")
                    assert len(des.connections) > 2
                    outcomes = [await cancelled_at(step, client.aclose, way.by, way.when) for client in (sdk, api)]
                    with anyio.fail_after(HANGS_SECONDS):
                        await sdk.aclose()
                        await api.aclose()
                    await until(lambda: not des.connections, f"step {step}: connections are open")
                if not any(outcome.was_reached for outcome in outcomes):
                    return

    way.run(test)


@each_way
@each_call
def test_whoever_is_closed_sends_no_more_and_leaves_nothing_open(call: Call, way: Way) -> None:
    """At every step of a call somebody else closes the client."""

    async def test() -> None:
        async with loopback_des() as des, anyio.create_task_group() as tasks:
            step = 1
            while await _closed_at(step, call, way, des, tasks):
                step += 1

    way.run(test)


async def _closed_at(step: int, call: Call, way: Way, des: LoopbackDES, tasks: anyio.abc.TaskGroup) -> bool:
    """Close the client at a step of a call; whether the call has such a step."""
    des.reset()
    async with clients(des, Host(), PLAIN) as (sdk, api):
        subject = await call.before(sdk, api)
        client = api if subject is api else sdk
        begun, ended = anyio.Event(), anyio.Event()
        arrived: list[int] = []

        async def close() -> None:
            await client.aclose()
            for _ in range(5):  # let arrive what was sent before
                await anyio.lowlevel.checkpoint()
            arrived.append(len(des.arrived))
            ended.set()

        def begin() -> None:
            if not begun.is_set():  # some ways call this several times
                begun.set()
                tasks.start_soon(close)

        is_there = True
        with anyio.fail_after(HANGS_SECONDS):
            with suppress(ImpactError):
                is_there = await at_step(step, partial(call.ask, subject), begin, way.when)
            if begun.is_set():
                await ended.wait()
                await is_intact(des, step, sdk._shared.http if client is api else api._http)
                assert arrived == [len(des.arrived)]
        return is_there


@each_way
def test_a_whole_block_may_be_cancelled_anywhere(way: Way) -> None:
    async def test() -> None:
        async with loopback_des() as des:
            for step in range(1, MOST_STEPS):
                host = Host()
                des.reset()
                outcome = await cancelled_at(step, partial(journey, des, host), way.by, way.when)
                await until(lambda: not des.connections, f"step {step}: connections are open")
                nothing_twice(des, host, step)
                if not outcome.was_reached:
                    return
        pytest.fail("it never ends")

    way.run(test)


async def journey(des: LoopbackDES, host: Host) -> None:
    """A user's first one, from opening the SDK to closing it."""
    async with ImpactSDK(des.url, client_id="demo-bank") as sdk:
        sdk.register(account_provisioning_requested=host.open_account)
        async with await sdk.launch("a token") as session:
            dream = await session.create_dream("Bike")
            await session.launch_savehack(dream, WEEKLY)
            await listed(session)


@each_way
def test_a_listing_that_was_cancelled_goes_on_where_it_stood(way: Way) -> None:
    async def test() -> None:
        async with loopback_des() as des, clients(des, Host(), PLAIN) as (sdk, _):
            session = await sdk.launch("a token")
            whole = await listed(session)
            for step in range(1, MOST_STEPS):
                seen: list[str] = []
                dreams = session.dreams()

                async def look(seen: list[str] = seen, dreams: AsyncIterator[Dream] = dreams) -> None:
                    async for dream in dreams:
                        seen.append(dream.id)

                outcome = await cancelled_at(step, look, way.by, way.when)
                await look()
                assert seen == whole
                if not outcome.was_reached:
                    return
        pytest.fail("it never ends")

    way.run(test)

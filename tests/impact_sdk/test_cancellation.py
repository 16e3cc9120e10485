"""A call may be cancelled at every place where it waits: nothing is lost by it, and the next call works.

For each step of each call: either it was cancelled, or it had ended. In both cases no POST has arrived twice, the host
was asked each question once, all places are free, no connection is open but those that the client knows to be free,
and the same call works.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import pytest

from impact_sdk import (
    AccountProvisioningRequest,
    ClientCredentials,
    Dream,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
    Session,
    Weekly,
)

from .intact import is_intact
from .loopback_des import LoopbackDES, loopback_des, trusted
from .steps import MOST_STEPS, Outcome, at_step, cancelled_at
from .ways import HANGS_SECONDS, WAYS, Way, until

WEEKLY = Weekly(amount_cents=5_000, weekday=0)

each_way = pytest.mark.parametrize("way", WAYS)


# What is cancelled


@attrs.define
class Host:
    """A bank's app, and how often it was asked for each account."""

    asked: Counter[str] = attrs.field(factory=Counter)

    async def open_account(self, request: AccountProvisioningRequest) -> None:
        self.asked[request.request_id] += 1
        for _ in range(3):
            await anyio.lowlevel.checkpoint()


@attrs.frozen
class Call:
    """One call of the SDK.

    Args:
        before: What comes before it, and is not cancelled; the call gets what comes of it.
        ask: The call itself.
        is_last: Whether nothing can be called after it.
    """

    name: str
    before: Callable[[ImpactSDK, ImpactAPI], Awaitable[Any]]
    ask: Callable[[Any], Coroutine[Any, Any, Any]]
    is_last: bool = False

    def __str__(self) -> str:
        return self.name


async def an_sdk(sdk: ImpactSDK, _: ImpactAPI) -> ImpactSDK:
    return sdk


async def an_api(_: ImpactSDK, api: ImpactAPI) -> ImpactAPI:
    return api


async def a_session(sdk: ImpactSDK, _: ImpactAPI) -> Session:
    return await sdk.launch("a token")


async def listed(session: Session) -> list[str]:
    return [dream.id async for dream in session.dreams()]


PREPARE = Call("prepare", an_api, lambda api: api.prepare())
CALLS = [
    Call("launch", an_sdk, lambda sdk: sdk.launch("a token")),
    Call("create_dream", a_session, lambda session: session.create_dream("Bike")),
    Call("launch_savehack", a_session, lambda session: session.launch_savehack("d1", WEEKLY)),
    Call("listing", a_session, listed),
    Call("token", an_api, lambda api: api.dreams.get("d1")),
    PREPARE,
    Call("sign_out", a_session, lambda session: session.sign_out(), is_last=True),
    Call("close", a_session, lambda session: session.close(), is_last=True),
]
each_call = pytest.mark.parametrize("call", CALLS, ids=str)


@attrs.frozen
class Carriage:
    """What carries the calls."""

    name: str
    tls: bool = False
    proxy: bool = False
    options: dict[str, Any] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return self.name


PLAIN = Carriage("plain")
TLS = Carriage("tls", tls=True)
AIOHTTP = Carriage("aiohttp", options={"transport": "aiohttp"})
SPECIAL = [
    TLS,
    Carriage("proxy", tls=True, proxy=True),
    Carriage("http1-where-http2-may-be", tls=True, options={"http2": True}),
    Carriage("httpx2", options={"transport": "httpx2"}),
    AIOHTTP,
    Carriage("aiohttp-tls", tls=True, options={"transport": "aiohttp"}),
]


def over(*carriages: Carriage) -> pytest.MarkDecorator:
    """Each way over each of them; aiohttp knows no trio."""
    return pytest.mark.parametrize(
        ("carriage", "way"),
        [
            pytest.param(carriage, *each.values, id=f"{carriage}-{each.id}", marks=each.marks)
            for carriage in carriages
            for each in WAYS
            if carriage.options.get("transport") != "aiohttp" or "trio" not in str(each.id)
        ],
    )


@asynccontextmanager
async def clients(des: LoopbackDES, host: Host, carriage: Carriage) -> AsyncIterator[tuple[ImpactSDK, ImpactAPI]]:
    options = {"attempts": 1, **carriage.options}  # nobody waits until the next one
    if carriage.tls:
        options["verify"] = trusted()
    if carriage.proxy:
        options["proxy"] = des.proxy
    async with (
        ImpactSDK(des.url, client_id="demo-bank", **options) as sdk,
        ImpactAPI(des.url, auth=ClientCredentials("demo-bank", "secret"), **options) as api,
    ):
        sdk.register(account_provisioning_requested=host.open_account)
        yield sdk, api


def nothing_twice(des: LoopbackDES, host: Host, step: int) -> None:
    keys = Counter(des.keys())
    assert all(times == 1 for times in keys.values()), f"step {step}: {keys}"
    assert all(times == 1 for times in host.asked.values()), f"step {step}: {host.asked}"


async def walk(call: Call, way: Way, des: LoopbackDES, carriage: Carriage) -> None:
    """Cancel a call at every step that it has."""
    for step in range(1, MOST_STEPS):
        host = Host()
        des.reset()
        async with clients(des, host, carriage) as (sdk, api):
            subject = await call.before(sdk, api)
            outcome = Outcome(False, False)
            with anyio.fail_after(HANGS_SECONDS):
                outcome = await cancelled_at(step, partial(call.ask, subject), way.by, way.when)
            await is_intact(des, step, sdk._shared.http, api._http)
            if not call.is_last:
                with anyio.fail_after(HANGS_SECONDS):
                    await call.ask(subject)
            nothing_twice(des, host, step)
        await until(lambda: not des.connections, f"step {step}: connections are open after the end")
        if not outcome.was_reached:
            return
    pytest.fail("it never ends")


@each_way
@each_call
def test_a_call_that_is_cancelled_anywhere_loses_nothing(call: Call, way: Way) -> None:
    async def test() -> None:
        async with loopback_des() as des:
            await walk(call, way, des, PLAIN)

    way.run(test)


@over(TLS)
def test_nor_does_it_while_it_shakes_hands(carriage: Carriage, way: Way) -> None:
    async def test() -> None:
        async with loopback_des(tls=True) as des:
            await walk(PREPARE, way, des, carriage)

    way.run(test)


@pytest.mark.nightly
@over(*SPECIAL)
@each_call
def test_nor_does_it_over_any_carrier(call: Call, carriage: Carriage, way: Way) -> None:
    async def test() -> None:
        async with loopback_des(tls=carriage.tls) as des:
            await walk(call, way, des, carriage)

    way.run(test)


# Closing


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

    async def closed_at(step: int, des: LoopbackDES, tasks: anyio.abc.TaskGroup) -> bool:
        """Whether there is such a step."""
        des.reset()
        async with clients(des, Host(), PLAIN) as (sdk, api):
            subject = await call.before(sdk, api)
            client = api if subject is api else sdk
            begun, ended = anyio.Event(), anyio.Event()
            arrived: list[int] = []

            async def close() -> None:
                await client.aclose()
                for _ in range(5):  # what had been sent before arrives
                    await anyio.lowlevel.checkpoint()
                arrived.append(len(des.arrived))
                ended.set()

            def begin() -> None:
                if not begun.is_set():  # a way that comes again and again closes once
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

    async def test() -> None:
        async with loopback_des() as des, anyio.create_task_group() as tasks:
            step = 1
            while await closed_at(step, des, tasks):
                step += 1

    way.run(test)


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

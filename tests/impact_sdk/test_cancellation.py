"""A call may be cancelled at every place where it waits: nothing is lost by it, and the next call works.

For each step of each call: either it was cancelled, or it had ended. In both cases no POST has arrived twice, the host
was asked each question once, all places are free, no connection is open but those that the client knows to be free,
and the same call works.
"""

from functools import partial

import anyio
import anyio.lowlevel
import pytest

from .cancelled_calls import (
    AIOHTTP,
    PLAIN,
    PREPARE,
    Call,
    Carriage,
    Host,
    clients,
    each_call,
    each_way,
    nothing_twice,
    over,
)
from .intact import is_intact
from .loopback_des import LoopbackDES, loopback_des
from .steps import MOST_STEPS, Outcome, cancelled_at
from .ways import HANGS_SECONDS, Way, until

TLS = Carriage("tls", tls=True)

SPECIAL = [
    TLS,
    Carriage("proxy", tls=True, proxy=True),
    Carriage("http1-where-http2-may-be", tls=True, options={"http2": True}),
    Carriage("httpx2", options={"transport": "httpx2"}),
    AIOHTTP,
    Carriage("aiohttp-tls", tls=True, options={"transport": "aiohttp"}),
]


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

"""Over HTTP/2 calls share a connection: one that is cancelled anywhere harms none of the others."""

import random
from functools import partial

import anyio
import anyio.lowlevel
import pytest

from impact_sdk.http.clients import of
from impact_sdk.http.exchange import HTTP

from .intact import free_connections, is_intact
from .loopback_des import loopback_des, trusted
from .loopback_http2 import HTTP2Server, http2_server
from .steps import MOST_STEPS, Outcome, cancelled_at
from .test_many_cancelled import BY_ANY, BY_SCOPES, LOOPS
from .ways import HANGS_SECONDS, WAYS, Way, until

each_way = pytest.mark.parametrize("way", WAYS)

OTHERS = [("POST", "/slow/1"), ("GET", "/slow/2"), ("POST", "/slow/3")]


async def send(http: HTTP, method: str, path: str) -> None:
    await http.send(method, http.address(path), {}, b"some text" if method == "POST" else None)


async def among_others(step: int, way: Way, server: HTTP2Server, *, is_connected: bool) -> Outcome:
    """One call is cancelled at a step; all others get their answers."""
    http = of(server.url, http2=True, verify=trusted())
    outcomes: list[Outcome] = []
    has_begun: list[bool] = []

    async def call() -> None:
        has_begun.append(True)
        await send(http, "POST", "/one")

    async def one() -> None:
        outcomes.append(await cancelled_at(step, call, way.by, way.when))

    if is_connected:
        await send(http, "GET", "/")
    with anyio.fail_after(HANGS_SECONDS):
        async with anyio.create_task_group() as tasks:
            if is_connected:  # else it is the first, which connects for all
                tasks.start_soon(send, http, *OTHERS[0])
            tasks.start_soon(one)
            while not (has_begun or outcomes):
                await anyio.lowlevel.checkpoint()
            for method, path in OTHERS[1:] if is_connected else OTHERS:
                tasks.start_soon(send, http, method, path)
    await is_intact(server, step, http)
    await http.aclose()
    await until(lambda: not server.connections, f"step {step}: connections are open after the end")
    return outcomes[0]


async def walk(way: Way, *, is_connected: bool, stride: int = 1) -> None:
    """Cancel one call at every step that it has, or at every so many."""
    async with http2_server() as server:
        for step in range(1, MOST_STEPS, stride):
            server.arrived.clear()
            outcome = await among_others(step, way, server, is_connected=is_connected)
            posted = [path for path in server.arrived if path != "/slow/2"]
            assert len(posted) == len(set(posted)), f"step {step}: {posted}"
            if not outcome.was_reached:
                return
    pytest.fail("it never ends")


@each_way
def test_a_cancelled_call_harms_no_other(way: Way) -> None:
    way.run(lambda: walk(way, is_connected=True))


@each_way
def test_nor_does_one_that_connects(way: Way) -> None:
    """It has a hundred steps: httpcore takes each place among the streams of a connection by itself."""
    way.run(lambda: walk(way, is_connected=False, stride=13))


@pytest.mark.nightly
@each_way
def test_nor_does_it_at_any_step(way: Way) -> None:
    way.run(lambda: walk(way, is_connected=False))


async def test_calls_that_all_succeed_share_one_connection() -> None:
    async with http2_server() as server:
        http = of(server.url, http2=True, verify=trusted())
        for _ in range(2):
            async with anyio.create_task_group() as tasks:
                for number in range(20):
                    tasks.start_soon(send, http, "POST", f"/slow/{number}")
            assert (len(server.connections), free_connections(http)) == (1, 1)
        await http.aclose()


async def test_where_only_http1_is_spoken_each_connection_is_kept() -> None:
    async with loopback_des(tls=True) as des:
        http = of(des.url, http2=True, verify=trusted())
        for _ in range(2):
            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(send, http, "GET", "/")
        assert des.accepted == free_connections(http) <= 20
        await http.aclose()


@pytest.mark.nightly
@pytest.mark.parametrize("loop", LOOPS)
def test_whoever_is_not_cancelled_gets_an_answer_whatever_becomes_of_the_others(loop: str) -> None:
    source = random.Random(15)

    async def test() -> None:
        async with http2_server() as server:
            http = of(server.url, http2=True, verify=trusted())

            async def work() -> None:
                for number in range(50):
                    call = partial(send, http, "POST", f"/slow/{number}")
                    if number % 2:
                        await source.choice(BY_SCOPES if loop == "trio" else BY_ANY)(source, call)
                    else:
                        await call()

            async with anyio.create_task_group() as tasks:
                for _ in range(10):
                    tasks.start_soon(work)
            await is_intact(server, 0, http)
            await http.aclose()

    LOOPS[loop].run(test)

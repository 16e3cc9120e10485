"""Many calls at once for few places, each cancelled somewhere, in whatever way a host may: nothing is lost."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
import pytest

from impact_sdk import ClientCredentials, Dream, ImpactAPI

from .intact import is_intact
from .loopback_des import loopback_des, trusted
from .steps import By, Call, When, cancelled_at
from .ways import HANGS_SECONDS, UVLOOP, Way, until

PLACES = 5
AT_ONCE = 40
LONGEST_SECONDS = 0.02
# Few calls have so many, while they wait for a place as well: some are not cancelled.
STEPS = 30
BY_DAY = 200
BY_NIGHT = 10_000

SCOPES_HEED = [When.AT_ONCE, When.TOO_LATE]


async def at_a_step(source: random.Random, call: Call) -> None:
    await cancelled_at(source.randrange(1, STEPS), call, By.SCOPE, source.choice(SCOPES_HEED))


async def by_a_deadline(source: random.Random, call: Call) -> None:
    with anyio.move_on_after(source.uniform(0, LONGEST_SECONDS)):
        await call()


async def at_a_step_of_its_task(source: random.Random, call: Call) -> None:
    await cancelled_at(source.randrange(1, STEPS), call, By.TASK, source.choice(list(When)))


async def by_asyncio_timeout(source: random.Random, call: Call) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(source.uniform(0, LONGEST_SECONDS)):
            await call()


async def by_wait_for(source: random.Random, call: Call) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(call(), source.uniform(0, LONGEST_SECONDS))


BY_SCOPES: list[Callable[[random.Random, Call], Awaitable[None]]] = [at_a_step, by_a_deadline]
BY_ANY = [*BY_SCOPES, at_a_step_of_its_task, by_asyncio_timeout, by_wait_for]

LOOPS = {
    "asyncio": Way("asyncio", By.TASK, When.AT_ONCE),
    "uvloop": Way("asyncio", By.TASK, When.AT_ONCE, UVLOOP),
    "trio": Way("trio", By.SCOPE, When.AT_ONCE),
}


async def many(number: int, source: random.Random, loop: str, *, tls: bool, **options: Any) -> None:
    ways = BY_SCOPES if loop == "trio" else BY_ANY
    if tls:
        options["verify"] = trusted()
    async with (
        loopback_des(tls=tls) as des,
        ImpactAPI(
            des.url, auth=ClientCredentials("demo-bank", "secret"), max_connections=PLACES, attempts=1, **options
        ) as api,
    ):

        async def listed() -> list[Dream]:
            return [dream async for dream in api.dreams.list()]

        calls: list[Call] = [
            lambda: api.dreams.get("d1"),
            lambda: api.dreams.create(user_id="u1", name="Bike"),
            listed,
            lambda: api.users.update("u1", given_name="Ada"),
        ]
        left = iter(range(number))

        async def work() -> None:
            for _ in left:
                await source.choice(ways)(source, source.choice(calls))

        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE):
                tasks.start_soon(work)
        await is_intact(des, number, api._http)
        with anyio.fail_after(HANGS_SECONDS):
            async with anyio.create_task_group() as tasks:
                for _ in range(2 * PLACES):
                    tasks.start_soon(api.dreams.get, "d1")
        keys = Counter(des.keys())
        assert all(times == 1 for times in keys.values())
        await api.aclose()
        await until(lambda: not des.connections, "connections are open after the end")


@pytest.mark.parametrize("loop", LOOPS)
def test_random_cancellations_lose_nothing(loop: str) -> None:
    LOOPS[loop].run(lambda: many(BY_DAY, random.Random(12), loop, tls=False))


@pytest.mark.nightly
@pytest.mark.parametrize("loop", LOOPS)
def test_ten_thousand_random_cancellations_lose_nothing(loop: str) -> None:
    LOOPS[loop].run(lambda: many(BY_NIGHT, random.Random(13), loop, tls=False))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("loop", "options"),
    [
        ("asyncio", {}),
        ("trio", {}),
        ("asyncio", {"http2": True}),
        ("asyncio", {"transport": "aiohttp"}),
        ("uvloop", {"transport": "aiohttp"}),
        ("trio", {"transport": "httpx2"}),
    ],
    ids=str,
)
def test_nor_do_they_with_tls_over_any_carrier(loop: str, options: dict[str, Any]) -> None:
    LOOPS[loop].run(lambda: many(BY_NIGHT // 5, random.Random(14), loop, tls=True, **options))

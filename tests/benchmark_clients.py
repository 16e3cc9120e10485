"""Measures the cost of a call for its client, beside raw httpx and the peers, and the extra cost of the first call."""

import importlib
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import anyio
import httpx

from impact_sdk import ClientCredentials, ImpactAPI

Call = Callable[[], Awaitable[Any]]

# How many calls at once, and how many in a round.
WIDTHS = {1: 100, 64: 640, 500: 1_000}
ROUNDS = 3
PATIENT_SECONDS = 120.0
RAW = "httpx"
WANTED = {
    (1, "impact"): "at most 1.10",
    (64, "impact"): "below 0.5",
    (64, "impact, aiohttp"): "below 0.2",
    (500, "impact"): "below 0.1",
}
CREDENTIALS = ClientCredentials("demo-bank", "secret-of-a-demo")


async def widths(base_url: str, body: bytes, user_id: str) -> None:
    """CPU time of this process for each call, at each number of calls at once."""
    async with AsyncExitStack() as stack:
        calls = {
            name: await stack.enter_async_context(client(base_url, body, user_id)) for name, client in clients().items()
        }
        for width, count in WIDTHS.items():
            rounds: dict[str, list[float]] = {name: [] for name in calls}
            for number in range(ROUNDS + 1):
                for name, call in calls.items():
                    spent = await cpu_of(call, width, count)
                    if number:  # the first round warms up
                        rounds[name].append(spent)
            show(width, rounds)


async def cpu_of(call: Call, width: int, count: int) -> float:
    """Seconds of CPU time for each call. Any failure ends the measurement."""
    left = iter(range(count))

    async def calls() -> None:
        for _ in left:
            await call()

    began = time.process_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(width):
            tasks.start_soon(calls)
    return (time.process_time() - began) / count


def show(width: int, rounds: Mapping[str, list[float]]) -> None:
    print(f"{width} at once, CPU for a call (median of {ROUNDS} interleaved rounds), and over {RAW}:")
    for name, spent in rounds.items():
        ratios = [each / raw for each, raw in zip(spent, rounds[RAW], strict=True)]
        wanted = f"; wanted: {WANTED[width, name]}" if (width, name) in WANTED else ""
        print(
            f"  {name:16} {statistics.median(spent) * 1e6:7.0f} us   x{statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f}){wanted}"
        )


def clients() -> Mapping[str, Callable[[str, bytes, str], Any]]:
    """The clients that are installed here: the peers are in a dependency group of their own."""
    found: dict[str, Callable[[str, bytes, str], Any]] = {
        RAW: raw_httpx,
        "impact": lambda *given: impact(*given),
        "impact, aiohttp": lambda *given: impact(*given, transport="aiohttp"),
        "impact, httpx2": lambda *given: impact(*given, transport="httpx2"),
        "aiohttp": raw_aiohttp,
    }
    for name, client in PEERS.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed; with `uv sync --group peers` it is measured too")
        else:
            found[name] = client
    return found


@asynccontextmanager
async def impact(base_url: str, _body: bytes, user_id: str, **options: Any) -> AsyncIterator[Call]:
    async with ImpactAPI(base_url, auth=CREDENTIALS, timeout=PATIENT_SECONDS, **options) as api:
        yield lambda: api.dreams.create(user_id=user_id, name="Bike", target_cents=250_000)


@asynccontextmanager
async def raw_httpx(base_url: str, body: bytes, _user_id: str) -> AsyncIterator[Call]:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer t"}
    async with httpx.AsyncClient(timeout=PATIENT_SECONDS) as client:

        async def call() -> None:
            (await client.post(f"{base_url}/v1/dreams", content=body, headers=headers)).json()

        yield call


@asynccontextmanager
async def raw_aiohttp(base_url: str, body: bytes, _user_id: str) -> AsyncIterator[Call]:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer t"}
    async with aiohttp.ClientSession() as client:

        async def call() -> None:
            async with client.post(f"{base_url}/v1/dreams", data=body, headers=headers) as response:
                await response.json()

        yield call


@asynccontextmanager
async def by_stripe(base_url: str, _body: bytes, _user_id: str) -> AsyncIterator[Call]:
    stripe: Any = importlib.import_module("stripe")
    carrier = stripe.HTTPXClient(timeout=PATIENT_SECONDS)
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": base_url}, http_client=carrier)
    yield lambda: client.v1.customers.create_async({"name": "Bike", "description": "250000"})
    await carrier.close_async()


@asynccontextmanager
async def by_increase(base_url: str, _body: bytes, _user_id: str) -> AsyncIterator[Call]:
    increase: Any = importlib.import_module("increase")
    async with increase.AsyncIncrease(api_key="t", base_url=base_url, timeout=PATIENT_SECONDS) as client:
        yield lambda: client.accounts.create(name="Bike")


PEERS = {"stripe": by_stripe, "increase": by_increase}

FIRST_AND_SECOND = """
import sys, time, anyio
from impact_sdk import ClientCredentials, ImpactAPI
async def main():
    async with ImpactAPI(sys.argv[1], auth=ClientCredentials("demo-bank", "secret-of-a-demo")) as api:
        moments = [time.perf_counter()]
        for _ in range(2):
            await api.dreams.get("d1")
            moments.append(time.perf_counter())
    print(moments[1] - moments[0], moments[2] - moments[1])
anyio.run(main)
"""


def first_call(base_url: str) -> None:
    """A new client: its first call fetches a token, opens a connection and makes its readers."""
    over = []
    for _ in range(15):
        ended = subprocess.run(
            [sys.executable, "-c", FIRST_AND_SECOND, base_url], capture_output=True, text=True, check=True
        )
        first, second = map(float, ended.stdout.split())
        over.append((first - second) * 1e3)
    print(
        f"the first call takes {statistics.median(over):.0f} ms more than the second ({min(over):.0f} to "
        f"{max(over):.0f}); wanted: at most 30 ms"
    )

"""Measures the figures of README and prints them: `uv run python -m tests.benchmark [PART ...]`."""

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import httpx
import orjson

from bank_app_sim import Simulation
from bank_app_sim.journeys.library import LIBRARY
from impact_sdk import Daily

from . import benchmark_clients, benchmark_journeys, benchmark_listings, postgresql

ROUNDS = 15
CALLS_A_ROUND = 100
CONNECTIONS = 32
LOAD_ROUNDS = 5
LOAD_SECONDS = 3.0

DREAM = {
    "id": "6f9fd53f-9e43-4a75-97a8-8c4dd8fcbc55",
    "type": "Dream",
    "name": "Bike",
    "targetCents": 250_000,
    "balanceCents": 0,
    "expiresAt": "2027-06-01",
    "user": {"type": "User", "id": "0a26e3a2-31f2-4d3a-9a38-6a7c1b0d6f0e", "externalId": "ada"},
}
NEW_DREAM = orjson.dumps({"dream": {"name": "Bike", "targetCents": 250_000, "expiresAt": "2027-06-01"}})

# A server that only answers, so that the difference is the cost of the client.
STUB = f"""
import sys, uvicorn
answers = {{"/oauth/token": b'{{"access_token": "t", "expires_in": 3600}}'}}
dream = {orjson.dumps({"dream": DREAM})!r}
async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    body = answers.get(scope["path"], dream)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({{"type": "http.response.start", "status": 201, "headers": headers}})
    await send({{"type": "http.response.body", "body": body}})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", lifespan="off", ws="none")
"""


PARTS = ("clients", "import", "days", "served", "worlds", "journeys", "wall", "memory", "listings")


TO_ADD = 10_000_000


def one_by_one() -> float:
    """Seconds that this machine takes for a simple task. The other figures can be compared with it, because a shared
    machine is not always equally fast."""
    began = time.perf_counter()
    total = 0
    for number in range(TO_ADD):
        total += number
    return time.perf_counter() - began


def main() -> None:
    wanted = asked()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    print(
        f"{len(cores)} cores; Python {sys.version.split()[0]}, which adds {TO_ADD:,} numbers in {one_by_one():.2f} s; "
        f"servers on core {cores[-1]}, clients on core {cores[0]}"
    )
    for part in wanted.parts or PARTS:
        measure(part, cores, wanted.journeys)


def measure(part: str, cores: list[int], folder: Path) -> None:
    match part:
        case "clients":
            anyio.run(the_clients, cores[-1])
        case "import":
            import_time()
        case "days":
            anyio.run(three_days)
        case "served":
            anyio.run(sandbox, cores[-1], backend_options={"use_uvloop": True})
            anyio.run(sandbox_on_postgresql, cores[-1], backend_options={"use_uvloop": True})
        case "worlds":
            benchmark_journeys.worlds()
        case "journeys":
            benchmark_journeys.rate(benchmark_journeys.scripts_in(folder))
        case "wall":
            benchmark_journeys.wall(benchmark_journeys.scripts_in(folder), cores)
        case "memory":
            benchmark_journeys.memory(benchmark_journeys.scripts_in(folder))
        case "listings":
            with tempfile.TemporaryDirectory() as place:
                anyio.run(benchmark_listings.listings, Path(place))


def asked() -> argparse.Namespace:
    """The parts to measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description="Measure what the README claims.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure, of {', '.join(PARTS)}; all of it")
    parser.add_argument(
        "--journeys", type=Path, default=LIBRARY, metavar="FOLDER", help="whose journeys are played; the library's"
    )
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"there is no part {unknown.pop()!r}; there is {', '.join(PARTS)}")
    if not list(wanted.journeys.glob("*.journey.yaml")):
        parser.error(f"there are no journeys in {wanted.journeys}")
    return wanted


async def the_clients(core: int) -> None:
    """One SDK call with everything on, against raw httpx with the same body to the same server, and the peers."""
    port = "18699"
    with process([sys.executable, "-c", STUB, port], core) as stub:
        base_url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient() as client:
            await until_it_answers(client, base_url, stub)
        await benchmark_clients.widths(base_url, NEW_DREAM, DREAM["user"]["id"])  # type: ignore[index]
        benchmark_clients.first_call(base_url)


IMPORTS = {
    "import impact_sdk": "at most 1.5",
    "from impact_sdk import ImpactSDK": "",
    "from impact_sdk import ImpactAPI": "",
    "import httpx": "",
}


def import_time() -> None:
    """CPU time of interpreters, one after the other, so that a slow minute of the machine affects all alike."""
    beside, bare = "import attrs, anyio", "pass"
    times: dict[str, list[float]] = {code: [] for code in (bare, beside, *IMPORTS)}
    for _ in range(ROUNDS + 1):
        for code, spent in times.items():
            spent.append(cpu_seconds([sys.executable, "-c", code]))
    ms = {code: statistics.median(spent[1:]) * 1e3 for code, spent in times.items()}  # the first round warms up
    print(f"a bare interpreter: {ms[bare]:.0f} ms; {beside}: {ms[beside]:.0f} ms (medians of {ROUNDS})")
    for code, wanted in IMPORTS.items():
        print(f"{code}: x{ms[code] / ms[beside]:.2f} of it, {ms[code]:.0f} ms{'; wanted: ' if wanted else ''}{wanted}")


def cpu_seconds(command: list[str]) -> float:
    """The CPU time of a process whose modules are already compiled."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def three_days() -> None:
    """A user saves daily, the bank opens the account, polls every hour and settles."""
    seconds = []
    for seed in range(5):
        async with Simulation(seed=seed) as simulation:
            session = await simulation.bank_app("ada").launch()
            dream = await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, Daily(amount_cents=5_000))
            start = time.perf_counter()
            await simulation.advance(timedelta(days=3))
            seconds.append(time.perf_counter() - start)
    print(f"three simulated days: {statistics.median(seconds):.2f} s; wanted: under 1 s")


async def sandbox(core: int) -> None:
    """The served sandbox: first answer, idle memory, and Dreams a second with all rules and durable writes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bank_app_sim", "serve", "--json", "--port", "18700", "--data", folder]
        start = time.perf_counter()
        with process(command, core) as served:
            async with httpx.AsyncClient() as client:
                await until_it_answers(client, "http://127.0.0.1:18700", served)
            print(f"first answer of `serve`: {time.perf_counter() - start:.2f} s after its start; wanted: within 1 s")
            assert served.stdout is not None
            ready = orjson.loads(served.stdout.readline())
            await anyio.sleep(2)
            print(f"idle memory of `serve`: {resident_megabytes(served.pid):.0f} MB; wanted: at most 100 MB")
            print(f"{await loads(ready, 'SQLite, synchronous=FULL')}; wanted: at least 1900")
            print(f"memory of `serve` after it: {resident_megabytes(served.pid):.0f} MB")


async def sandbox_on_postgresql(core: int) -> None:
    """The same load with everything in PostgreSQL. The server runs where its operating system puts it."""
    url = postgresql.server()
    if url is None:
        print("no PostgreSQL lets us in: it is not measured")
        return
    worlds = postgresql.Worlds(url)
    with tempfile.TemporaryDirectory() as folder, worlds.one(durable=True) as database:
        command = [sys.executable, "-m", "bank_app_sim", "serve", "--json", "--port", "0"]
        with process([*command, "--data", folder, "--database", database], core) as served:
            assert served.stdout is not None
            print(await loads(orjson.loads(served.stdout.readline()), "PostgreSQL, synchronous_commit=on"))
            print(f"memory of `serve` after it: {resident_megabytes(served.pid):.0f} MB")
    worlds.drop()


async def loads(ready: dict[str, Any], store: str) -> str:
    rounds = [await load(ready) for _ in range(LOAD_ROUNDS)]
    rates, slow = zip(*rounds, strict=True)
    return (
        f"POST /v1/dreams: {statistics.median(rates):.0f} a second (median of {LOAD_ROUNDS} rounds of "
        f"{LOAD_SECONDS:.0f} s, {min(rates):.0f} to {max(rates):.0f}; {CONNECTIONS} connections, session, "
        f"idempotency key, {store}; p99 {statistics.median(slow) * 1e3:.0f} ms)"
    )


async def load(ready: dict[str, Any]) -> tuple[float, float]:
    """Dreams a second, and the time in seconds that all but one in a hundred took less than."""
    url = f"{ready['des_url']}/v1/dreams"
    latencies: list[float] = []
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as client:
        launch = {"token": ready["users"]["ada"]["id_token"], "locale": "en"}
        async with client.post(f"{ready['des_url']}/users/verify_token", json=launch) as response:
            response.raise_for_status()
            cookie = f"impact_session={response.cookies['impact_session'].value}"

        async def one_connection(until: float) -> None:
            while time.perf_counter() < until:
                headers = {"Cookie": cookie, "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
                start = time.perf_counter()
                async with client.post(url, data=NEW_DREAM, headers=headers) as response:
                    await response.read()
                    assert response.status == 201, response.status
                latencies.append(time.perf_counter() - start)

        start = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for _ in range(CONNECTIONS):
                tasks.start_soon(one_connection, start + LOAD_SECONDS)
        seconds = time.perf_counter() - start
    return len(latencies) / seconds, statistics.quantiles(latencies, n=100)[-1]


async def until_it_answers(client: httpx.AsyncClient, base_url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            await client.get(base_url)
        except httpx.TransportError:
            await anyio.sleep(0.005)
        else:
            return
    raise SystemExit(f"the server ended with {server.returncode}")


@contextmanager
def process(command: list[str], core: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process on a core of its own; ended with the block."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, [core])
    ) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)


def resident_megabytes(pid: int) -> float:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()

"""Measures how fast journeys are played and worlds are made, and whether memory grows."""

import concurrent.futures
import gc
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import anyio

from bank_app_sim import Simulation
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.quiet import prepare_process
from bank_app_sim.journeys.playing.runner import BATCH, play_jobs, run
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.scripts.reader import read_file
from bank_app_sim.journeys.scripts.script import Doing, Meanwhile, Script, Step
from bank_app_sim.simulation import Snapshot
from impact_sdk import Daily

LOOPS = ("asyncio", "trio")
ROUNDS = 5
FEWEST_STEPS_A_ROUND = 400
WORLDS = 500
JOURNEYS = 10_000
LOOK_AFTER = 1_000


def scripts_in(folder: Path) -> list[Script]:
    return [script for path in sorted(folder.glob("*.journey.yaml")) for script in read_file(path)]


def steps_of(steps: Sequence[Step]) -> int:
    """The number of played steps, with those of branches and repetitions."""
    return sum((step.times if isinstance(step, Doing) else 1) + _inside(step) for step in steps)


def _inside(step: Step) -> int:
    return sum(steps_of(branch) for _, branch in step.branches) if isinstance(step, Meanwhile) else 0


def rate(scripts: Sequence[Script]) -> None:
    """Steps a second, on the one core that this process has."""
    prepare_process()
    for loop in LOOPS:
        plan = Plan(event_loop=loop)
        played(scripts, plan, seed=0)  # the first one prepares the worlds, and warms up
        times = -(-FEWEST_STEPS_A_ROUND // sum(steps_of(script.steps) for script in scripts))
        rounds = [one_round(scripts, plan, seed=n, times=times) for n in range(1, ROUNDS + 1)]
        by_clock, by_cpu, milliseconds = zip(*rounds, strict=True)
        print(
            f"journeys on {loop}: {statistics.median(by_clock):.0f} steps a second and core (median of {ROUNDS} "
            f"rounds, {min(by_clock):.0f} to {max(by_clock):.0f}; {statistics.median(by_cpu):.0f} a second of CPU time;"
            f" {len(scripts)} journeys, {statistics.median(milliseconds):.1f} ms each); wanted: at least 1000"
        )


def one_round(scripts: Sequence[Script], plan: Plan, *, seed: int, times: int) -> tuple[float, float, float]:
    """Steps a second, by the clock and by the CPU's time; and milliseconds a journey."""
    start, cpu = time.perf_counter(), time.process_time()
    for n in range(times):
        played(scripts, plan, seed=1_000 * n + seed)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    steps = times * sum(steps_of(script.steps) for script in scripts)
    return steps / seconds, steps / cpu_seconds, seconds / len(scripts) / times * 1e3


def played(scripts: Sequence[Script], plan: Plan, *, seed: int) -> None:
    passed(play_jobs([Job(script, seed) for script in scripts], plan))


def passed(results: Sequence[JourneyResult]) -> None:
    """Check that all journeys passed: those that end early would make the figures better."""
    failed = [result.command for result in results if result.outcome is not Outcome.PASSED]
    if failed:
        raise SystemExit(f"not measured, because a journey fails: {failed[0]}")


def worlds() -> None:
    """A world forked from a snapshot and closed again, and the snapshot itself."""
    anyio.run(_worlds, backend_options={"use_uvloop": True})


async def _worlds() -> None:
    async with Simulation() as simulation:
        prepared = simulation.snapshot()
    lived, snapshots = await _lived()
    for name, snapshot in (("a fresh world", prepared), ("a world of three days", lived)):
        milliseconds = []
        for seed in range(WORLDS):
            start = time.perf_counter()
            async with snapshot.fork(seed=seed):
                pass
            milliseconds.append((time.perf_counter() - start) * 1e3)
        print(
            f"{name} forked and closed: {statistics.median(milliseconds):.2f} ms (median of {WORLDS}; "
            f"p95 {statistics.quantiles(milliseconds, n=20)[-1]:.2f} ms); wanted: at most 5 ms"
        )
    print(f"a snapshot taken: {statistics.median(snapshots):.2f} ms")


async def _lived() -> tuple[Snapshot, list[float]]:
    """A snapshot of a world with a user who has saved for three days, and how long it took."""
    async with Simulation() as simulation:
        session = await simulation.bank_app("ada").launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, Daily(amount_cents=5_000))
        await simulation.advance(timedelta(days=3))
        milliseconds = []
        for _ in range(50):
            start = time.perf_counter()
            snapshot = simulation.snapshot()
            milliseconds.append((time.perf_counter() - start) * 1e3)
    return snapshot, milliseconds


def memory(scripts: Sequence[Script]) -> None:
    """The memory after many journeys, measured in a new process."""
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        kilobytes = pool.submit(_resident_after, scripts).result()
    after = {1_000 * n: each for n, each in enumerate(kilobytes, 1)}
    # The first thousand fills caches.
    slope, _ = statistics.linear_regression([n / 1_000 for n in after], list(after.values()))
    shown = ", ".join(f"{after[n] / 1024:.1f} MB after {n:,}" for n in (1_000, 5_000, 10_000))
    print(f"memory: {shown} journeys; {slope:+.0f} kB for each further 1,000; wanted: flat")


def _resident_after(scripts: Sequence[Script]) -> list[int]:
    """Kilobytes after each thousand of journeys."""
    prepare_process()
    jobs = [Job(scripts[n % len(scripts)], n) for n in range(JOURNEYS)]
    looks = []
    for first in range(0, JOURNEYS, LOOK_AFTER):
        for n in range(first, first + LOOK_AFTER, BATCH):
            passed(play_jobs(jobs[n : n + BATCH], Plan()))
        gc.collect()  # what waits for the next search for cycles is not held
        looks.append(_resident_kilobytes())
    return looks


def _resident_kilobytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def wall(scripts: Sequence[Script], cores: Sequence[int]) -> None:
    """The time for all journeys, with the start of the workers."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    for loop in LOOPS:
        start = time.perf_counter()
        passed(list(run([Job(script, 0) for script in scripts], Plan(event_loop=loop), workers=len(cores))))
        seconds = time.perf_counter() - start
        print(f"{len(scripts)} journeys on {len(cores)} cores, {loop}: {seconds:.1f} s; wanted: under 20 s on both")
    os.sched_setaffinity(0, mine)

"""Many journeys at once: the same results everywhere, in peace whatever happens to a process."""

import contextlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest

from bank_app_sim.cli.interruptions import put_off
from bank_app_sim.journeys.given import given
from bank_app_sim.journeys.playing import runner
from bank_app_sim.journeys.playing.job import Job, Plan, command_for
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .written import failed, written

GOOD = written("- launch\n- create a Dream: Bike")
BAD = attrs.evolve(written("- launch\n- expect: {Dreams: 1}"), name="bad")

# How long a run that would go on for minutes may take to end once it is told to; the machine does other things as well.
AT_ONCE_SECONDS = 5.0


def plain(result: JourneyResult) -> JourneyResult:
    """Without how long it took."""
    return attrs.evolve(result, seconds=0, messages=list(result.messages), states=list(result.states))


@pytest.mark.parametrize(("journeys", "processes"), [(0, 1), (1, 1), (runner.FEW, 1), (runner.FEW + 1, 4), (200, 4)])
def test_a_few_journeys_are_played_before_a_second_process_has_begun(journeys: int, processes: int) -> None:
    assert runner.processes(journeys, cores=4) == processes


@pytest.mark.processes
def test_processes_give_the_results_that_one_process_gives_in_the_same_order() -> None:
    jobs = [Job(script, seed) for seed in range(12) for script in (GOOD, BAD)]
    plan = Plan(keeps_evidence=True)

    here = list(runner.run(jobs, plan, workers=1))
    there = list(runner.run(jobs, plan, workers=2))

    assert len(here) == len(there) == 24
    assert [plain(result) for result in there] == [plain(result) for result in here]
    assert multiprocessing.active_children() == []


def test_the_results_come_in_the_order_of_the_jobs_in_one_process() -> None:
    jobs = [Job(GOOD, 3), Job(BAD, 1), Job(GOOD, 2)]

    results = list(runner.run(jobs, Plan(), workers=1))

    assert [(result.name, result.seed) for result in results] == [("written", 3), ("bad", 1), ("written", 2)]
    assert [result.outcome for result in results] == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.processes)])
def test_all_that_end_are_told_of_as_they_end(workers: int) -> None:
    """Progress only ever goes on, and in the end it is all of it."""
    told: list[int] = []

    list(runner.run([Job(GOOD, seed) for seed in range(12)], Plan(), workers=workers, ended=told.append))

    assert sum(told) == 12
    assert min(told) > 0
    assert len(told) >= 12 // runner.BATCH


def test_no_more_are_begun_once_one_has_failed_and_the_others_are_skipped() -> None:
    jobs = [Job(GOOD, 0), Job(BAD, 0), Job(GOOD, 1)]

    results = list(runner.run(jobs, Plan(), workers=1, stops_at_failure=True))

    assert [result.outcome for result in results] == [Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED]
    assert results[2].reason == "--fail-fast, and bad had failed"
    assert results[2].seed == 1


@pytest.mark.processes
def test_processes_end_once_one_has_failed_as_well() -> None:
    jobs = [Job(BAD, seed) for seed in range(40)]

    results = list(runner.run(jobs, Plan(), workers=2, stops_at_failure=True))

    assert [result.outcome for result in results] == [Outcome.FAILED, *[Outcome.SKIPPED] * 39]
    assert multiprocessing.active_children() == []


@pytest.mark.processes
def test_a_process_that_is_killed_is_told_of_and_nothing_is_missing() -> None:
    jobs = [Job(GOOD, seed) for seed in range(200)]
    results = runner.run(jobs, Plan(), workers=2)
    first = next(results)
    victim, *_ = multiprocessing.active_children()
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)

    all_of_them = [first, *results]

    assert [result.seed for result in all_of_them] == list(range(200))
    (error,) = [result for result in all_of_them if result.outcome is Outcome.ERROR]
    assert "has died; was it killed" in error.reason
    assert all_of_them[-1].reason == "a process that played journeys had died"
    assert multiprocessing.active_children() == []


def test_a_world_that_cannot_be_made_is_a_failure_and_the_others_are_played() -> None:
    impossible = attrs.evolve(GOOD, given=given(opening_balance_cents=-1))

    broken, good = play_jobs([Job(impossible, 0), Job(GOOD, 0)], Plan())

    assert failed(broken).found.startswith("ValueError: ")
    assert failed(broken).expected == "a world to play in, from its beginning to its end"
    assert good.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        (Plan(), "bank-app-sim run nowhere/written.journey.yaml --seed 7"),
        (Plan(event_loop="trio"), "bank-app-sim run nowhere/written.journey.yaml --seed 7 --event-loop trio"),
    ],
)
def test_a_command_repeats_just_this(plan: Plan, command: str) -> None:
    assert command_for(Job(GOOD, 7), plan) == command


def test_the_command_names_the_row_so_that_a_shell_leaves_it_alone() -> None:
    script = attrs.evolve(GOOD, row="who=ada, n=1")

    assert command_for(Job(script, 0), Plan()).startswith("bank-app-sim run 'nowhere/written.journey.yaml[who=")


def children_of(pid: int) -> list[int]:
    """Processes that a process has started; Linux tells."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            match = re.search(r"^PPid:\t(\d+)$", (folder / "status").read_text(), flags=re.MULTILINE)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if match and int(match[1]) == pid:
            found.append(int(folder.name))
    return found


def is_there(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "State:\tZ" not in status


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells which processes there are")
@pytest.mark.parametrize(
    ("workers", "event_loop", "number", "exit_code", "reason"),
    [
        ("1", "asyncio", signal.SIGTERM, 143, "interrupted by SIGTERM"),
        ("1", "trio", signal.SIGINT, 130, "interrupted by Ctrl-C"),
        ("2", "asyncio", signal.SIGINT, 130, "interrupted by Ctrl-C"),
    ],
)
def test_an_interrupted_run_tells_what_was_played_and_leaves_no_process(
    tmp_path: Path, workers: str, event_loop: str, number: int, exit_code: int, reason: str
) -> None:
    words = ["--workers", workers, "--event-loop", event_loop, "--report", str(tmp_path / "evidence")]
    with running(tmp_path, *words) as process:
        started = children_of(process.pid)
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=30)
        took = time.monotonic() - began

    assert process.returncode == exit_code
    assert "Traceback" not in out + err
    assert took < AT_ONCE_SECONDS
    assert f"; {reason}\n" in out
    counts = re.search(r"^(\d+) passed, 0 failed, (\d+) skipped; ", out, flags=re.MULTILINE)
    assert counts is not None
    assert int(counts[1]) + int(counts[2]) == 100
    suites = ElementTree.parse(tmp_path / "evidence" / "junit.xml").getroot()
    assert (suites.get("tests"), suites.get("skipped")) == ("100", counts[2])
    assert {skipped.get("message") for skipped in suites.iter("skipped")} == {reason}
    assert left_of(started, until=began + AT_ONCE_SECONDS) == []


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells which processes there are")
def test_the_processes_that_play_end_with_the_one_that_has_started_them(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2") as process:
        started = children_of(process.pid)
        process.kill()
        process.communicate(timeout=30)

    assert len(started) >= 2
    assert left_of(started, until=time.monotonic() + AT_ONCE_SECONDS) == []


@contextlib.contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A long run, in the middle of its journeys."""
    path = folder / "long.journey.yaml"
    path.write_text("journey: Long\nsteps:\n  - launch\n  - wait: 2000 days\n")
    command = [sys.executable, "-m", "bank_app_sim", "run", str(path), "--repeat", "100", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("passed  long")
        yield process


def left_of(processes: list[int], *, until: float) -> list[int]:
    while (left := [pid for pid in processes if is_there(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left


@pytest.mark.processes
def test_whoever_asks_twice_has_waited_long_enough() -> None:
    """The second signal ends the process at once, in whatever it is in the middle of."""
    program = (
        "import signal\n"
        "from bank_app_sim.cli.interruptions import put_off\n"
        "with put_off() as interruption:\n"
        "    with interruption.heard():\n"
        "        try:\n            signal.raise_signal(signal.SIGINT)\n"
        "        except KeyboardInterrupt:\n            interruption.caught()\n"
        "    assert interruption.exit_code == 130\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    print('goes on')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_end_is_told_waits_until_all_is_written(number: int) -> None:
    """Else a run of which all was played, and told, would have no report."""
    written = []

    with put_off() as interruption:
        with interruption.heard():
            pass
        signal.raise_signal(number)
        written.append("report.html")

    assert written == ["report.html"]
    assert interruption.exit_code == 128 + number

"""Many journeys at once: the same results everywhere, in peace whatever happens to a process."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import attrs
import pytest

from bank_app_sim.journeys import runner
from bank_app_sim.journeys.given import Given
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.journeys.runner import Job, Plan, WorkerDied, play_jobs

from .written import failed, written

GOOD = written("- launch\n- create a Dream: Bike")
BAD = attrs.evolve(written("- launch\n- expect: {Dreams: 1}"), name="bad")

# How long a run that would go on for minutes may take to end once it is told to; the machine does other things as well.
AT_ONCE_SECONDS = 5.0


def plain(result: JourneyResult) -> JourneyResult:
    """Without how long it took."""
    return attrs.evolve(result, seconds=0, messages=list(result.messages), states=list(result.states))


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


def test_no_more_are_begun_once_one_has_failed() -> None:
    jobs = [Job(GOOD, 0), Job(BAD, 0), Job(GOOD, 1)]

    results = list(runner.run(jobs, Plan(), workers=1, stops_at_failure=True))

    assert [result.name for result in results] == ["written", "bad"]


@pytest.mark.processes
def test_processes_end_once_one_has_failed_as_well() -> None:
    jobs = [Job(BAD, seed) for seed in range(40)]

    results = list(runner.run(jobs, Plan(), workers=2, stops_at_failure=True))

    assert len(results) == 1
    assert multiprocessing.active_children() == []


@pytest.mark.processes
def test_a_process_that_is_killed_is_told_of_in_a_sentence() -> None:
    jobs = [Job(GOOD, seed) for seed in range(200)]
    results = runner.run(jobs, Plan(), workers=2)
    next(results)
    victim, *_ = multiprocessing.active_children()
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)

    with pytest.raises(WorkerDied, match="is not there any more; was it killed"):
        list(results)
    assert multiprocessing.active_children() == []


def test_a_world_that_cannot_be_made_is_a_failure_and_the_others_are_played() -> None:
    impossible = attrs.evolve(GOOD, given=Given(users=("ada",), settings=(("account_setup", "none"),)))

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
    assert runner.command_for(Job(GOOD, 7), plan) == command


def test_the_command_names_the_row_so_that_a_shell_leaves_it_alone() -> None:
    script = attrs.evolve(GOOD, row="who=ada, n=1")

    assert runner.command_for(Job(script, 0), Plan()).startswith("bank-app-sim run 'nowhere/written.journey.yaml[who=")


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


def is_playing(process: int, workers: str) -> bool:
    """Whether its event loops are loaded, which is the last thing before the first journey."""
    # A pool has one process more, which plays nothing.
    players = children_of(process) if workers == "2" else [process]
    return sum("uvloop" in Path(f"/proc/{each}/maps").read_text() for each in players) >= int(workers)


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells which processes there are")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_a_run_at_once_and_leaves_no_process(tmp_path: Path, workers: str) -> None:
    path = tmp_path / "long.journey.yaml"
    path.write_text("journey: Long\nsteps:\n  - launch\n  - wait: 300 days\n")
    command = [sys.executable, "-m", "bank_app_sim", "run", str(path), "--repeat", "1000", "--workers", workers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not is_playing(process.pid, workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)  # into the middle of journeys
        started = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = process.communicate(timeout=30)
        took = time.monotonic() - began

    assert process.returncode == 1
    assert "Aborted!" in err
    assert "Traceback" not in out + err
    assert took < AT_ONCE_SECONDS
    while (left := [pid for pid in started if is_there(pid)]) and time.monotonic() < began + AT_ONCE_SECONDS:
        time.sleep(0.02)
    assert left == []

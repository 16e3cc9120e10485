"""Nothing that a peer sends, and nothing that its own database does, ends a server.

Every long-lived task of `serve` is fed an exception at each point where one may come: it says what happened, and goes
on, until all is as if nothing had happened.
"""

import ast
import itertools
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from bank_app_sim.des import purging
from bank_app_sim.server.database import file_address
from bank_app_sim.simulation.remote.registry import WorldRegistry

from .failing import ANSWERS, EXCEPTIONS, Failure
from .standing import Standing, eventually, standing

ROOT = Path(__file__).parent.parent.parent

HERE = "tests/simulation/test_survival.py"
WORLDS = "tests/simulation/remote/test_lives.py"

PAIR = "DueWork('noting how far both databases have come', self._servers_clock, step).run"

# Every task and thread that lives as long as a server, by where it is begun, and the test that feeds it exceptions.
LONG_LIVED = {
    ("des/api.py", "self._deposits.run"): f"{HERE}::test_the_sandbox_outlives_whatever_its_database_does",
    ("des/api.py", "self._purge.run"): f"{HERE}::test_the_sandbox_outlives_whatever_its_database_does",
    ("des/api.py", "self._webhooks.run"): f"{HERE}::test_the_sandbox_outlives_whatever_its_database_does",
    ("des/events/webhooks.py", "self._deliver"): f"{HERE}::test_a_server_outlives_whatever_its_peer_answers",
    ("des/events/webhooks.py", "self._send_hint"): f"{HERE}::test_a_server_outlives_whatever_its_peer_answers",
    ("simulation/actors.py", "self.des_process.run"): f"{HERE}::test_the_sandbox_outlives_whatever_its_database_does",
    ("simulation/actors.py", "self.backend_process.run"): f"{HERE}::test_the_bank_outlives_whatever_its_database_does",
    (
        "simulation/served.py",
        PAIR,
    ): "tests/server/test_due.py::test_whatever_goes_wrong_is_said_once_and_tried_again",
    ("server/database/writer.py", "self._work"): f"{HERE}::test_the_bank_outlives_whatever_its_database_does",
    ("simulation/remote/registry.py", "self._clear"): f"{HERE}::test_worlds_outlive_whatever_their_store_does",
    (
        "simulation/remote/registry.py",
        "self._remove_or_say_why_not",
    ): f"{HERE}::test_worlds_outlive_whatever_their_store_does",
    # A world in simulated time ends with an exception. The server says which and why, and goes on without it.
    (
        "simulation/remote/threads.py",
        "self._live",
    ): f"{WORLDS}::test_a_world_that_goes_wrong_says_so_and_takes_nobody_with_it",
    (
        "simulation/remote/served_world.py",
        "self._sleep",
    ): f"{WORLDS}::test_a_world_that_goes_wrong_says_so_and_takes_nobody_with_it",
    (
        "simulation/remote/served_world.py",
        "self._settle",
    ): f"{WORLDS}::test_a_world_that_goes_wrong_says_so_and_takes_nobody_with_it",
    # uvicorn closes what is no HTTP, and answers 500 to what leaves an application.
    (
        "server/http/ports.py",
        "server.serve",
    ): "tests/simulation/test_serve_lives.py::test_bytes_that_are_no_http_end_nothing",
}
# Those that end with what began them, which hears of what went wrong.
SHORT = {
    ("timeline/machine_clock.py", "wake"),
    ("des/events/webhook_sender.py", "post"),
    ("server/database/postgresql.py", "self._read_apart"),
    ("simulation/remote/crossing.py", "exchange"),
    ("simulation/remote/registry.py", "self._store.address"),
    ("simulation/remote/registry.py", "self._store.remove"),
    ("simulation/remote/registry.py", "self._store.clear"),
    ("simulation/remote/remote_world.py", "self._delete"),
    ("simulation/remote/threads.py", "self._begin"),
    ("simulation/remote/threads.py", "self._finish"),
    ("simulation/remote/threads.py", "self._watch"),
    ("simulation/remote/served_world.py", "self._wait_for_turn"),
}
# On the side of those who play; what they begin ends with a play.
PLAYERS = ("app/", "check/", "journeys/")
BEGINNERS = {"start_soon", "start_task", "run_sync", "create_task", "push_async_callback", "Thread"}


def begun() -> set[tuple[str, str]]:
    """All tasks and threads that a server's modules begin."""
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "bank_app_sim").rglob("*.py"):
        name = path.relative_to(ROOT / "bank_app_sim").as_posix()
        if name.startswith(PLAYERS):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BEGINNERS:
                targets = [each.value for each in node.keywords if each.arg == "target"] or node.args
                found |= {(name, target) for target in map(ast.unparse, targets) if _is_ours(target)}
    return found


def _is_ours(target: str) -> bool:
    return target.startswith("self._") or target.endswith((".run", ".serve")) or target in ("wake", "post", "exchange")


def test_every_task_that_a_server_begins_has_a_row() -> None:
    assert begun() == LONG_LIVED.keys() | SHORT
    for test in LONG_LIVED.values():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(), test


# What is tried here is the same on every loop, and long.
on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])
# Whether what was to be done at a point is done all the same, and how often each point is tried.
whether_done = pytest.mark.parametrize(("is_late", "times"), [(False, 1), (True, 3)], ids=["not done", "done"])


async def at_every_point(
    stands: Standing, failure: Failure, errors: Sequence[Callable[[], Exception]], *, is_late: bool, times: int
) -> None:
    """Let customers save, each time with an exception at another point of what is done when one saves.

    What is done again and again is struck the first few times.
    """
    await stands.saves()
    points = sorted(failure.seen)
    rotating = itertools.cycle(errors)
    for point, nth in itertools.product(points, range(1, times + 1)):
        failure.arm(point, nth, next(rotating), is_late=is_late)
        # What the one before has left claimed is free by then, on a fast machine too.
        stands.clock.set_by += timedelta(hours=1)
        await stands.saves()
    assert failure.struck >= set(points)


@pytest.mark.thorough
@on_one_loop
@whether_done
async def test_the_sandbox_outlives_whatever_its_database_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, is_late: bool, times: int
) -> None:
    failure = Failure("des")
    async with standing(tmp_path, database=failure) as stands:
        await at_every_point(stands, failure, EXCEPTIONS, is_late=is_late, times=times)

    assert failure.struck >= {"next_due", "Webhooks._look", "claim_webhooks", "conclude"}
    assert "a mistake of ours" in caplog.text


@on_one_loop
async def test_what_has_expired_is_thrown_away_at_the_second_attempt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failure = Failure("des", at="purge_some")
    async with standing(tmp_path, database=failure) as stands:
        await stands.saves()
        stands.clock.set_by += purging.EVERY + timedelta(hours=1)

        async def has_gone_on() -> bool:
            return "the purge of expired rows goes on again" in caplog.text

        await eventually(has_gone_on)


@pytest.mark.thorough
@on_one_loop
@whether_done
async def test_the_bank_outlives_whatever_its_database_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, is_late: bool, times: int
) -> None:
    failure = Failure("bank")
    async with standing(tmp_path, database=failure) as stands:
        await at_every_point(stands, failure, EXCEPTIONS, is_late=is_late, times=times)

    steps = {"Provisioning._write", "Settlement._decide", "Settlement._end"}
    assert failure.struck >= {
        "Worker._next_looks",
        "claim orders",
        "claim settlement",
        "claim transfers",
        "claim_look",
        *steps,
    }
    assert "a mistake of ours" in caplog.text


@pytest.mark.thorough
@on_one_loop
@whether_done
@pytest.mark.parametrize("of", ["bank", "des"])
async def test_a_server_outlives_whatever_its_peer_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, of: str, is_late: bool, times: int
) -> None:
    failure = Failure(of)
    async with standing(tmp_path, peer=failure) as stands:
        await at_every_point(stands, failure, ANSWERS, is_late=is_late, times=times)

    asked = {
        "bank": {"POST /v1/accounts", "GET /v1/transactions", "PATCH /v1/transactions/{id}", "GET /v1/events"},
        "des": {"POST /webhooks/events", "POST /webhooks/transactions"},
    }
    assert failure.struck >= asked[of]
    assert [record for record in caplog.records if record.levelno == logging.WARNING]


@attrs.frozen
class BrokenStore:
    """Places for worlds that nobody can clear."""

    folder: Path

    def address(self, id: str) -> str:
        return file_address(self.folder)

    def remove(self, id: str) -> None:
        raise RuntimeError("a mistake of ours")

    def clear(self) -> None:
        raise RuntimeError("a mistake of ours")


@on_one_loop
async def test_worlds_outlive_whatever_their_store_does(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    worlds = WorldRegistry(BrokenStore(tmp_path))
    async with worlds.open():
        world = await worlds.make({})

    earlier, own = [record.message for record in caplog.records]
    assert earlier == "worlds of earlier servers could not be removed: RuntimeError: a mistake of ours"
    assert own.startswith(f"world {world.id} could not be removed")
    assert own.endswith("RuntimeError: a mistake of ours")

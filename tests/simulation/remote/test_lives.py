"""Worlds come and go, and leave nothing behind; whatever happens to one of them, the others and the server go on."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import httpx
import pytest
import sqlalchemy as sa

from bank_app_sim.simulation.remote.registry import IDLE_AFTER_SECONDS, WorldRegistry
from bank_app_sim.simulation.remote.stores import Files
from tests import postgresql
from tests.simulation.served import served

from .sandboxes import sandbox

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there

WORLDS = "/sandbox/worlds"
MANY = 40


def made(http: httpx.Client) -> str:
    answer = http.post(WORLDS, json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["world"]["id"])


def there(http: httpx.Client) -> list[str]:
    return [world["id"] for world in http.get(WORLDS).json()["worlds"]]


Left = Callable[[], object]


@pytest.fixture
def left(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Left:
    """What there is of worlds, wherever that may be."""

    def in_files() -> object:
        files = [path for path in (tmp_path / "bank-data").rglob("*") if "worlds" in path.parts]
        return files, [thread for thread in threading.enumerate() if thread.name.startswith("world ")]

    if store == "sqlite":
        return in_files
    schema = sa.make_url(request.getfixturevalue("postgresql_url")).query["schema"]
    server = postgresql.server()
    assert server is not None

    def in_postgresql() -> object:
        with postgresql.connected(server) as connection:
            schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ^@ %s", (f"{schema}_world_",))
            names = f"bank-app-sim {schema}_world_"
            used = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name ^@ %s", (names,))
            return schemas.fetchall(), used.fetchall(), in_files()

    return in_postgresql


@pytest.mark.thorough
def test_many_worlds_come_and_go_and_leave_nothing_behind(sandbox_url: str, left: Left, store: str) -> None:
    """No folder, no schema, no connection, no thread."""
    many = MANY if store == "sqlite" else MANY // 4  # each has dozens of tables made there
    with httpx.Client(base_url=sandbox_url, timeout=60) as http:
        assert http.delete(f"{WORLDS}/{made(http)}").status_code == 204  # what is made once and kept is there now
        before, open_before = left(), len(os.listdir("/proc/self/fd"))

        for _ in range(many):
            world = made(http)
            http.post(f"{WORLDS}/{world}/clock", json={"to": "2027-01-05T08:00:00Z"})
            assert http.delete(f"{WORLDS}/{world}").status_code == 204

        assert left() == before
        assert len(os.listdir("/proc/self/fd")) < open_before + many / 4


def test_a_server_that_is_stopped_takes_its_worlds_with_it(tmp_path: Path) -> None:
    with sandbox(tmp_path) as standing, httpx.Client(base_url=standing.des_url) as http:
        made(http)
        assert (tmp_path / "worlds").exists()

    assert not (tmp_path / "worlds").exists()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("world ")]


@attrs.define
class Hand:
    """The hand of a clock that somebody turns."""

    seconds: float = 0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def small(tmp_path: Path, hand: Hand) -> Iterator[httpx.Client]:
    """A sandbox in which there is room for two worlds."""
    worlds = WorldRegistry(Files(tmp_path / "worlds"), most=2, monotonic=hand)
    with sandbox(tmp_path, worlds=worlds) as standing, httpx.Client(base_url=standing.des_url) as http:
        yield http


def test_one_world_too_many_is_refused_with_the_way_out(small: httpx.Client) -> None:
    first, _ = made(small), made(small)
    refused = small.post(WORLDS, json={})
    small.delete(f"{WORLDS}/{first}")

    assert refused.status_code == 429
    assert "retry-after" in refused.headers
    assert "there are 2 worlds already" in refused.text
    assert made(small) in there(small)


def test_a_world_that_nobody_wants_makes_room_for_another(small: httpx.Client, hand: Hand) -> None:
    forgotten, wanted = made(small), made(small)
    hand.seconds += IDLE_AFTER_SECONDS - 1
    small.get(f"{WORLDS}/{wanted}/state")
    assert small.post(WORLDS, json={}).status_code == 429
    hand.seconds += 1

    another = made(small)

    assert forgotten not in there(small)
    assert there(small) == [wanted, another]


def test_a_world_that_goes_wrong_says_so_and_takes_nobody_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sandbox(tmp_path) as standing, httpx.Client(base_url=standing.des_url, timeout=60) as http:
        broken, whole = made(http), made(http)
        with sqlite3.connect(tmp_path / "worlds" / broken / "des.sqlite3") as des:
            des.execute("DROP TABLE transfer_consent_tickets")  # which is purged every week
        des.close()

        http.post(f"{WORLDS}/{broken}/clock", json={"to": "2027-01-12T08:00:00Z"})
        said = http.get(f"{WORLDS}/{broken}/state")
        others = http.post(f"{WORLDS}/{whole}/clock", json={"to": "2027-01-12T08:00:00Z"})

        assert said.status_code == 404
        assert f"world {broken} has gone wrong: OperationalError" in said.text
        assert "has gone wrong" in caplog.text
        assert (others.status_code, http.get("/openapi.json").status_code) == (200, 200)
        assert http.delete(f"{WORLDS}/{broken}").status_code == 204
        assert there(http) == [whole]


def test_a_world_can_be_thrown_away_while_its_time_passes(tmp_path: Path) -> None:
    with sandbox(tmp_path) as standing, httpx.Client(base_url=standing.des_url, timeout=60) as http:
        world = made(http)
        answers: list[httpx.Response] = []

        def a_hundred_years() -> None:
            with httpx.Client(base_url=standing.des_url, timeout=60) as player:
                answers.append(player.post(f"{WORLDS}/{world}/clock", json={"to": "2126-01-01T00:00:00Z"}))

        thread = threading.Thread(target=a_hundred_years)
        thread.start()
        while http.get(WORLDS).json()["worlds"][0]["now"] < "2027-02-01":
            pass
        thrown_away = http.delete(f"{WORLDS}/{world}")
        thread.join(60)

        assert thrown_away.status_code == 204
        assert answers[0].status_code == 404
        assert f"world {world} has ended" in answers[0].text


PLAYER = """
import sys, anyio
from bank_app_sim import RemoteWorld

async def main():
    async with RemoteWorld(sys.argv[1]) as world:
        await world.bank_app("ada").launch()
        print(world.id, flush=True)
        await anyio.sleep_forever()

anyio.run(main)
"""


@pytest.mark.processes
def test_the_world_of_a_player_that_was_killed_can_be_thrown_away(files_url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PLAYER, files_url], stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        world = player.stdout.readline().strip()
        player.send_signal(signal.SIGKILL)

    with httpx.Client(base_url=files_url, timeout=60) as http:
        assert there(http) == [world]
        assert http.get(f"{WORLDS}/{world}/state").status_code == 200
        assert http.delete(f"{WORLDS}/{world}").status_code == 204
        assert there(http) == []


@pytest.mark.processes
def test_the_next_start_removes_what_a_killed_server_has_left(
    store: str, tmp_path: Path, request: pytest.FixtureRequest, left: Left
) -> None:
    """And leaves alone what another server is at work on, where several share a database."""
    database = ["--database", request.getfixturevalue("postgresql_url")] if store == "postgresql" else []
    with served(tmp_path / "bank-data", *database) as killed:
        with httpx.Client(base_url=killed.ready["des_url"], timeout=60) as http:
            world = made(http)
        killed.process.kill()
        assert killed.died_of_a_kill()
    assert world in str(left())

    with (
        served(tmp_path / "bank-data", *database) as next_one,
        httpx.Client(base_url=next_one.ready["des_url"]) as http,
    ):
        another = made(http)
        assert world not in str(left())
        if store == "postgresql":
            with served(tmp_path / "bank-data", *database) as third:
                with httpx.Client(base_url=third.ready["des_url"], timeout=60) as other:
                    assert made(other) != another
                assert http.post(f"{WORLDS}/{another}/clock", json={"to": "2027-01-12T08:00:00Z"}).status_code == 200

"""Nobody else on the machine reads what a served world keeps, and it keeps it in the folder that was named."""

import logging
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim import ServedSimulation
from bank_app_sim.journeys import evidence
from bank_app_sim.server.database import Database, file_address, of_actor
from bank_app_sim.simulation.remote import stores

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes, and other names")

metadata = sa.MetaData()
names = sa.Table("names", metadata, sa.Column("name", sa.String, primary_key=True))


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """Of the folder and all that is in it."""
    return {str(path.relative_to(folder.parent)): f"{_mode(path):04o}" for path in (folder, *folder.rglob("*"))}


def inside(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.usefixtures("umask")
async def test_what_serve_keeps_is_for_its_user_alone_whatever_the_umask(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with ServedSimulation(data=data, webhooks=True):
        while_it_runs = modes(data)

    files = {"client_secret", "webhook_secret"}
    logs = {f"{actor}.sqlite3{log}" for actor in ("des", "backend") for log in ("", "-wal", "-shm")}
    assert while_it_runs == {"data": "0700"} | {f"data/{name}": "0600" for name in files | logs}


@pytest.mark.usefixtures("umask")
def test_worlds_of_a_server_are_for_its_user_alone(tmp_path: Path) -> None:
    address = stores.Files(tmp_path / "worlds").address("a1b2")

    with closing(Database(of_actor(address, "des"), metadata, version=1)):
        assert set(modes(tmp_path / "worlds").values()) == {"0700", "0600"}
        assert _mode(tmp_path / "worlds" / "a1b2") == 0o700


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_folder_of_an_older_release_is_tightened_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    async with ServedSimulation(data=data):
        pass
    for path in (data, *data.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)

    async with ServedSimulation(data=data):
        assert set(modes(data).values()) == {"0700", "0600"}

    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert f"others could look into {data} (mode 0755): now it is for you alone (mode 0700)" in said
    assert {"des.sqlite3", "backend.sqlite3", "client_secret", "data"} == {
        Path(line.split(" (mode")[0].removeprefix("others could look into ")).name for line in said
    }


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    """Such as somebody's home, or /tmp; what is put there is private by itself."""
    os.chmod(tmp_path, 0o1777)
    (tmp_path / "notes.txt").write_text("mine")
    async with ServedSimulation(data=tmp_path):
        assert _mode(tmp_path) == 0o1777
        assert _mode(tmp_path / "des.sqlite3") == _mode(tmp_path / "client_secret") == 0o600


# Paths are no addresses

ODD = [
    "d?x",
    "d?synchronous=OFF",
    "d#x",
    "d%41",
    "d%2Fx",
    "d x",
    "d'x",
    'd"x',
    ":memory:",
    "file:d",
    "file:d?mode=memory",
    "a@b:c",
    "d&x=y",
    "d+x",
    "d;x",
    "d\\x",
    "ä€",
    "d\nx",
    "-d",
    "~",
    os.fsdecode(b"d\xff"),
]


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("name", ODD)
async def test_what_serve_keeps_is_in_the_folder_named_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with ServedSimulation(data=Path(name)) as simulation:
        simulation.id_token("ada")

    assert inside(tmp_path) == {name}
    assert inside(tmp_path / name) == {"client_secret", "des.sqlite3", "backend.sqlite3"}
    with closing(sqlite3.connect(tmp_path / name / "backend.sqlite3")) as database:
        assert database.execute("SELECT name FROM customers").fetchall() == [("ada",)]


@pytest.mark.parametrize("name", ODD)
def test_worlds_are_in_the_folder_named_so(tmp_path: Path, name: str) -> None:
    store = stores.Files(tmp_path / name)
    with closing(Database(of_actor(store.address("a1b2"), "des"), metadata, version=1)):
        assert (tmp_path / name / "a1b2" / "des.sqlite3").exists()
        assert [path.name for path in tmp_path.iterdir()] == [name]

    store.remove("a1b2")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ODD)
def test_a_report_is_in_the_folder_named_so(tmp_path: Path, name: str) -> None:
    files = evidence.write(tmp_path / name, [])

    assert {file.relative_to(tmp_path).parts[0] for file in files} == {name}


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_every_path_goes_into_an_address_and_comes_out_again(name: str) -> None:
    address = file_address(Path("/srv") / name, synchronous="OFF")

    assert sa.make_url(of_actor(address, "des")).query == {"synchronous": "OFF"}
    assert of_actor(address, "des") == file_address(Path("/srv") / name / "des.sqlite3", synchronous="OFF")

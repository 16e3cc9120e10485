"""During an outage of a database requests get 503 and the log has one line. Afterwards everything works again."""

import contextlib
import logging
import random
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import sqlalchemy as sa

from bank_app_sim.des import DES
from bank_app_sim.server.database import Database, DatabaseError, Full, Locked, file_address, values
from bank_app_sim.server.database.outage import SAME_WITHIN_SECONDS, Outage
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Trace

from ..des.bank import TENANT
from ..des.conftest import START, authorize, client_of
from ..postgresql import Worlds, connected

# Nothing here knows of an event loop.
on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


def pragma(database: Database, text: str) -> Any:
    return database.run_now(lambda connection: values(sa.text(f"PRAGMA {text}")).first(connection))


@contextmanager
def locked(database: Database, file: Path) -> Iterator[None]:
    """Another process keeps writing."""
    pragma(database, "busy_timeout = 1")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(database: Database, _file: Path) -> Iterator[None]:
    """The disk is full."""
    pragma(database, f"max_page_count = {pragma(database, 'page_count')}")
    yield
    pragma(database, "max_page_count = 1000000")


@contextmanager
def damaged(database: Database, file: Path) -> Iterator[None]:
    """The pages of all tables are overwritten."""
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    first_page = pragma(database, "page_size")
    file.write_bytes(whole[:first_page] + b"\xff" * (len(whole) - first_page))
    pragma(database, "shrink_memory")
    yield
    file.write_bytes(whole)
    pragma(database, "shrink_memory")


@asynccontextmanager
async def des_at(address: str) -> AsyncIterator[tuple[Database, httpx.AsyncClient]]:
    """A DES on this database, and the bank's backend in front of it."""
    opened: list[Database] = []

    def open_database(*args: Any, **kwargs: Any) -> Database:
        opened.append(Database(*args, **kwargs))
        return opened[0]

    clock = SimulatedClock(START)
    des = DES(
        database_url=address,
        tenants=[TENANT],
        clock=clock,
        trace=Trace(clock),
        ids=Ids(random.Random(7)),
        open_database=open_database,
    )
    async with client_of(des) as backend:
        await authorize(backend)
        yield opened[0], backend
    des.close()


async def statuses(backend: httpx.AsyncClient) -> list[int]:
    """Of requests until one cannot be answered, and of four more."""
    answered: list[int] = []
    while 503 not in answered[:-4]:
        answer = await create_user(backend)
        answered.append(answer.status_code)
        assert len(answered) < 5_000
    assert (answer.headers["Retry-After"], answer.json()["errors"][0]["field"]) == ("5", "base")
    return answered


async def create_user(backend: httpx.AsyncClient) -> httpx.Response:
    return await backend.post("/v1/users", json={"user": {"externalId": secrets.token_hex(40)}})


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert all(record.exc_info is None for record in caplog.records), "a traceback"
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


Trouble = Callable[[Database, Path], AbstractContextManager[None]]


@on_one_loop
@pytest.mark.parametrize(
    ("trouble", "why"),
    [(locked, "the database is locked"), (full, "the disk of the database is full"), (damaged, "is damaged")],
    ids=["locked", "full", "damaged"],
)
async def test_requests_during_an_outage_get_503_and_the_log_has_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trouble: Trouble, why: str
) -> None:
    async with des_at(f"sqlite:///{tmp_path}/des.sqlite3") as (database, backend):
        with trouble(database, tmp_path / "des.sqlite3"):
            assert set(await statuses(backend)) <= {201, 503}
            [line] = said(caplog)
        assert why in line
        assert "des.sqlite3" in line

        assert (await create_user(backend)).status_code == 201
        [_, over] = said(caplog)
    assert "can be used again" in over


@on_one_loop
async def test_work_behind_a_group_that_waited_in_vain_fails_with_it(tmp_path: Path) -> None:
    tables = sa.MetaData()
    file, patience = tmp_path / "file.sqlite3", 0.5
    with contextlib.closing(Database(file_address(file), tables, version=1)) as database:
        pragma(database, f"busy_timeout = {patience * 1_000:.0f}")
        told: list[float] = []

        async def work() -> None:
            with pytest.raises(Locked):
                await database.run(lambda connection: None)
            told.append(anyio.current_time())

        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(work)

    assert max(told) - min(told) < patience / 2


@on_one_loop
@pytest.mark.postgresql
async def test_a_server_that_refuses_connections_is_an_outage(
    worlds: Worlds, missing_schema: str, caplog: pytest.LogCaptureFixture
) -> None:
    role = f"test_{secrets.token_hex(6)}"
    own = sa.make_url(missing_schema).set(username=role).render_as_string(hide_password=False)
    with connected(worlds.url) as server:
        [[name]] = server.execute("SELECT current_database()")
        server.execute(f'CREATE ROLE {role} LOGIN; GRANT CREATE ON DATABASE "{name}" TO {role}')
        try:
            async with des_at(own) as (_, backend):
                server.execute(f"ALTER ROLE {role} NOLOGIN")
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (role,))
                assert set(await statuses(backend)) == {503}
                [line] = said(caplog)

                server.execute(f"ALTER ROLE {role} LOGIN")
                assert (await create_user(backend)).status_code == 201
                [_, over] = said(caplog)
            assert "cannot be reached" in line
            assert "can be used again" in over
        finally:
            server.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


# When an outage is logged again


@pytest.fixture
def at() -> list[float]:
    return [0.0]


@pytest.fixture
def outage(at: list[float]) -> Outage:
    return Outage("the database", monotonic=lambda: at[0])


def errors(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.levelno == logging.ERROR for record in caplog.records)


def test_trouble_that_comes_and_goes_is_one_outage(
    outage: Outage, at: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk still takes a small row now and then."""
    for _ in range(100):
        outage.note(Full("full"))
        outage.is_over()
        at[0] += SAME_WITHIN_SECONDS / 2
    assert errors(caplog) == 1


def test_later_or_other_trouble_is_another_outage(
    outage: Outage, at: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    outage.note(Full("full"))
    outage.note(Locked("locked"))
    outage.is_over()
    at[0] += 2 * SAME_WITHIN_SECONDS
    outage.note(Locked("locked"))
    assert errors(caplog) == 3


def test_a_closed_database_is_not_an_outage(outage: Outage, caplog: pytest.LogCaptureFixture) -> None:
    outage.note(DatabaseError("the database is closed"))
    assert (outage.failures, caplog.records) == (0, [])

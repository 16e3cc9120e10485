"""The two databases of a world know each other: one that is missing, or older than the other, is found at the start."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim import ServedSimulation, Simulation
from bank_app_sim.server.database import Database, DatabaseError, Mark, Marked, marks, of_actor
from bank_app_sim.simulation.pair import Pair, what_is_wrong
from impact_sdk import Daily

from .. import postgresql

NAMES = ("des", "bank")


@pytest.mark.parametrize(
    ("des", "bank", "said"),
    [
        (None, None, None),
        (Mark("a", 3), Mark("a", 3), None),
        (Mark("a", 4, is_open=True), Mark("a", 3), None),
        (Mark("a", 4, is_open=True), Mark("a", 4), None),
        (Mark("a", 0, is_open=True), None, None),
        (Mark("a", 0), None, "bank is new or was emptied, and des is not"),
        (Mark("a", 4, is_open=True), None, "bank is new or was emptied, and des is not"),
        (None, Mark("a", 0), "des is new or was emptied, and bank is not"),
        (Mark("a", 3), Mark("b", 3), "do not belong together"),
        (Mark("a", 3), Mark("a", 4), "des is an older copy: bank has gone on"),
        (Mark("a", 3, is_open=True), Mark("a", 4), "des is an older copy: bank has gone on"),
        (Mark("a", 4), Mark("a", 3), "bank is an older copy: des has gone on"),
        (Mark("a", 5, is_open=True), Mark("a", 3), "bank is an older copy: des has gone on"),
    ],
)
def test_two_marks_say_whether_they_may_go_on_together(des: Mark | None, bank: Mark | None, said: str | None) -> None:
    wrong = what_is_wrong(des, bank, names=NAMES)

    assert wrong is None if said is None else wrong is not None and said in wrong


def marked() -> Marked:
    metadata = sa.MetaData()
    table = marks(metadata)
    return Marked(Database("sqlite://", metadata, version=1), table)


def step(pair: Pair) -> Iterator[None]:
    """One process taking a step, unit of work by unit of work."""
    mark = pair.des.database.run_now(pair.des.step)
    yield
    pair.bank.database.run_now(pair.bank.follow(mark))
    yield
    pair.des.database.run_now(pair.des.conclude(mark))


@pytest.mark.thorough
@given(st.lists(st.integers(0, 2), max_size=40))
def test_processes_that_are_killed_at_any_moment_leave_a_pair(turns: list[int]) -> None:
    """Three of them, whose units of work come in any order, until all of them die."""
    pair = Pair(marked(), marked())
    with closing(pair.des.database), closing(pair.bank.database):
        pair.meet(new_name="a", rejoin=False)
        running = [step(pair) for _ in range(3)]
        for who in turns:
            if next(running[who], "done") == "done":
                running[who] = step(pair)

        assert pair.meet(new_name="b", rejoin=False) is False


@pytest.mark.thorough
@given(st.lists(st.integers(0, 2), max_size=20), st.sampled_from(["des", "bank"]), st.integers(0, 3))
def test_a_copy_from_before_the_last_step_is_always_found(turns: list[int], older: str, killed_after: int) -> None:
    pair = Pair(marked(), marked())
    with closing(pair.des.database), closing(pair.bank.database):
        pair.meet(new_name="a", rejoin=False)
        running = [step(pair) for _ in range(3)]
        for who in turns:
            if next(running[who], "done") == "done":
                running[who] = step(pair)
        of_older = pair.des if older == "des" else pair.bank
        copy = of_older.database.run_now(of_older.read)
        assert copy is not None
        pair.meet(new_name="b", rejoin=False)
        for _ in zip(range(killed_after), step(pair), strict=False):
            pass

        of_older.database.run_now(of_older.put(copy))
        with pytest.raises(DatabaseError, match="older copy"):
            pair.meet(new_name="c", rejoin=False)


# On disk, by whoever starts both


async def run(data: Path, **options: object) -> None:
    async with ServedSimulation(data=data, **options):  # type: ignore[arg-type]
        pass


def lose(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("change", [lose, empty])
@pytest.mark.parametrize("whose", ["des", "backend"])
async def test_a_database_that_is_gone_is_found_at_the_start(
    data: Path, change: Callable[[Path], None], whose: str
) -> None:
    await run(data)
    change(data / f"{whose}.sqlite3")

    for _ in range(2):  # it does not get better by trying
        with pytest.raises(DatabaseError) as refused:
            await run(data)
        assert f"data/{whose}.sqlite3 is new or was emptied" in str(refused.value)
        assert "move both away to begin anew" in str(refused.value)
        assert "--rejoin" in str(refused.value)

    await run(data, rejoin=True)
    await run(data)


@pytest.mark.thorough
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("whose", ["des", "backend"])
async def test_an_older_copy_is_found_at_the_start(data: Path, tmp_path: Path, whose: str) -> None:
    file = data / f"{whose}.sqlite3"
    await run(data)
    shutil.copy(file, tmp_path / "copy")
    await run(data)
    shutil.copy(file, tmp_path / "newest")
    shutil.copy(tmp_path / "copy", file)

    with pytest.raises(DatabaseError, match=rf"{whose}.sqlite3 is an older copy: .* has gone on since"):
        await run(data)

    shutil.copy(tmp_path / "newest", file)
    await run(data)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_database_of_another_world_is_found_at_the_start(data: Path, tmp_path: Path) -> None:
    await run(data)
    await run(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "des.sqlite3", data / "des.sqlite3")

    with pytest.raises(DatabaseError, match="do not belong together"):
        await run(data)


@pytest.mark.postgresql
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_same_on_postgresql(data: Path, postgresql_url: str, worlds: postgresql.Worlds) -> None:
    async with ServedSimulation(data=data, database=postgresql_url):
        pass
    schema = sa.make_url(of_actor(postgresql_url, "backend")).query["schema"]
    with postgresql.connected(worlds.url) as server:
        server.execute(f"DELETE FROM {schema}.marks")

    with pytest.raises(DatabaseError, match=rf"schema {schema} of postgresql://.* is new or was emptied"):
        async with ServedSimulation(data=data, database=postgresql_url):
            pass


# What the bank does about it


async def saving(simulation: Simulation) -> None:
    session = await simulation.bank_app("ada").launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, Daily(amount_cents=5_000))


HOUR = timedelta(hours=1)


async def settled(simulation: Simulation) -> tuple[list[str], int, int]:
    """What has become of each transaction; and what is on the Dream, and on the savings account in the bank's books."""
    state = await simulation.state()
    (dream,) = state["dreams"].values()
    return (
        [transaction["state"] for transaction in state["transactions"].values()],
        dream["balance_cents"],
        state["books"]["savings:ada"]["balance_cents"],
    )


async def test_what_des_lists_as_requested_and_the_bank_has_moved_is_told_again() -> None:
    """DES is back at where it was twelve hours ago, and the bank has settled meanwhile."""
    async with Simulation(decision_after=timedelta(), settle_every=36 * HOUR) as simulation:
        await saving(simulation)
        await simulation.advance(25 * HOUR)
        older = simulation.snapshot()
        assert await settled(simulation) == (["settled", "requested"], 5_000, 5_000)
        await simulation.advance(12 * HOUR)
        newer = simulation.snapshot()
        assert await settled(simulation) == (["settled", "settled"], 10_000, 10_000)

    async with attrs.evolve(newer, des=older.des).fork(seed=1) as simulation:
        assert await settled(simulation) == (["settled", "requested"], 5_000, 10_000)
        await simulation.advance(36 * HOUR)

        states, on_dream, in_books = await settled(simulation)
        assert states[:3] == ["settled"] * 3
        assert on_dream == in_books == 5_000 * states.count("settled")


async def test_what_the_bank_has_refused_is_told_again() -> None:
    async with Simulation(
        decision_after=timedelta(), settle_every=36 * HOUR, opening_balance_cents=5_000
    ) as simulation:
        await saving(simulation)
        await simulation.advance(25 * HOUR)
        older = simulation.snapshot()
        await simulation.advance(12 * HOUR)
        newer = simulation.snapshot()
        assert await settled(simulation) == (["settled", "failed"], 5_000, 5_000)

    async with attrs.evolve(newer, des=older.des).fork(seed=1) as simulation:
        assert await settled(simulation) == (["settled", "requested"], 5_000, 5_000)
        await simulation.advance(36 * HOUR)

        states, on_dream, in_books = await settled(simulation)
        assert states[:2] == ["settled", "failed"]
        assert on_dream == in_books == 5_000


async def test_an_account_that_des_has_forgotten_is_told_again_and_saving_goes_on() -> None:
    async with Simulation(decision_after=HOUR, settle_every=HOUR) as simulation:
        await saving(simulation)
        await simulation.advance(HOUR / 2)
        older = simulation.snapshot()
        await simulation.advance(3 * HOUR)
        newer = simulation.snapshot()
        assert await settled(simulation) == (["settled"], 5_000, 5_000)

    async with attrs.evolve(newer, des=older.des).fork(seed=1) as simulation:
        assert await settled(simulation) == (["requested"], 0, 5_000)
        said = await simulation.backend.differences()
        await simulation.advance(3 * HOUR)

        assert (await settled(simulation))[0] == ["settled"]
        assert len(said) == 1
        assert said[0].startswith("the bank has opened 1 account (")
        assert said[0].endswith(") that DES does not know: told again")


async def test_money_of_which_des_has_never_heard_is_told_of() -> None:
    async with Simulation(decision_after=timedelta(), settle_every=HOUR) as simulation:
        await saving(simulation)
        await simulation.advance(2 * HOUR)
        older = simulation.snapshot()
        await simulation.move_money("savings:ada", 1_234, kind="outside", reference="at a branch")
        await simulation.advance(48 * HOUR)
        newer = simulation.snapshot()
        on_dream, in_books = (await settled(simulation))[1:]
        assert await simulation.backend.differences() == []

    async with attrs.evolve(newer, des=older.des).fork(seed=1) as simulation:
        (said,) = await simulation.backend.differences()
        await simulation.advance(HOUR)
        reported = [each["amount_cents"] for each in (await simulation.state())["transactions"].values()]

    assert said.startswith("the bank has moved 112.34 by 3 transactions (")
    assert said.endswith(") that DES does not know")
    assert 1_234 in reported, "what can be told again is told again"

    async with attrs.evolve(newer, backend=older.backend).fork(seed=1) as simulation:
        (said,) = await simulation.backend.differences()
    assert said.startswith("DES has settled 112.34 by 3 transactions (")
    assert (on_dream, in_books) == (15_000, 16_234)

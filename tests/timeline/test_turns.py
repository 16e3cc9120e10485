"""Who goes next is drawn from a seed, by name and not by how an event loop happens to order its tasks."""

import random

import anyio
import pytest

from bank_app_sim.timeline.turns import BRANCH, Turns


def turns(seed: int = 0) -> Turns:
    return Turns(random.Random(seed).choice)


async def order(seed: int, names: list[str]) -> list[str]:
    """Who went when, after all of them had asked."""
    taking = turns(seed)
    went: list[str] = []

    async def ask(name: str) -> None:
        await taking.take(name)
        went.append(name)

    with taking.taken():
        async with anyio.create_task_group() as tasks:
            for name in names:
                tasks.start_soon(ask, name)
            await anyio.wait_all_tasks_blocked()
            while taking.give():
                await anyio.wait_all_tasks_blocked()
    return went


async def test_without_turns_nobody_waits() -> None:
    taking = turns()

    with anyio.fail_after(1):
        await taking.take("ada")
    assert not taking.are_taken
    assert not taking.give()


async def test_all_go_one_at_a_time() -> None:
    assert sorted(await order(1, ["ada", "bo", "cy"])) == ["ada", "bo", "cy"]


async def test_only_the_seed_decides_the_order() -> None:
    names = [f"user {n}" for n in range(6)]

    first = await order(1, names)

    assert await order(1, list(reversed(names))) == first
    assert len({tuple(await order(seed, names)) for seed in range(10)}) > 5


async def test_equal_names_go_in_the_order_in_which_they_came() -> None:
    taking = turns()
    went: list[int] = []

    async def ask(n: int) -> None:
        await taking.take("ada")
        went.append(n)

    with taking.taken():
        async with anyio.create_task_group() as tasks:
            for n in range(3):
                tasks.start_soon(ask, n)
                await anyio.wait_all_tasks_blocked()
            while taking.give():
                await anyio.wait_all_tasks_blocked()

    assert went == [0, 1, 2]


async def test_branches_with_equal_messages_are_told_apart() -> None:
    async def names(seed: int) -> list[str]:
        taking = turns(seed)
        went: list[str] = []

        async def branch(name: str) -> None:
            BRANCH.set(name)
            await taking.take("asks")
            went.append(name)

        with taking.taken():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(branch, "one")
                tasks.start_soon(branch, "two")
                await anyio.wait_all_tasks_blocked()
                while taking.give():
                    await anyio.wait_all_tasks_blocked()
        return went

    assert {tuple(await names(seed)) for seed in range(10)} == {("one", "two"), ("two", "one")}


async def test_a_cancelled_task_gets_no_turn() -> None:
    taking = turns()

    with taking.taken():
        with anyio.move_on_after(0):
            await taking.take("ada")
        assert not taking.give()


async def test_all_go_when_turns_end() -> None:
    taking = turns()

    async with anyio.create_task_group() as tasks:
        with taking.taken():
            with taking.taken():
                tasks.start_soon(taking.take, "ada")
                await anyio.wait_all_tasks_blocked()
            assert taking.are_taken  # within another block it goes on
    # who waited has gone, or the group would not have ended
    assert not taking.give()


@pytest.mark.parametrize("seed", range(3))
async def test_the_draw_is_the_same_on_both_loops(seed: int) -> None:
    drawn = [["user 1", "user 2", "user 0"], ["user 0", "user 1", "user 2"], ["user 0", "user 1", "user 2"]]

    assert await order(seed, ["user 2", "user 0", "user 1"]) == drawn[seed]

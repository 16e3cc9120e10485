"""Journeys through a world, wherever it is."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import anyio

from bank_app_sim import Simulation
from bank_app_sim.simulation.faults import Fault, FaultKind
from bank_app_sim.simulation.remote import RemoteWorld
from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.turns import BRANCH
from impact_sdk import Daily, HandoverError, Weekly

AnyWorld = Simulation | RemoteWorld
Journey = Callable[[AnyWorld], Awaitable[None]]


async def play(world: AnyWorld, journey: Journey) -> None:
    """Let time pass as far as the journey waits for it, as the runner does."""
    is_over = False

    async def follow() -> None:
        nonlocal is_over
        try:
            await journey(world)
        finally:
            is_over = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        assert isinstance(world.clock, SimulatedClock)
        await world.clock.run(lambda: is_over, instead=world.turns.give)


async def trouble_and_a_good_end(world: AnyWorld) -> None:
    """No, then yes; the account is posted twice, the backend dies, and the deposits are settled all the same."""
    clock = world.clock
    says_yes = False
    app = world.bank_app("ada", answers=lambda question: says_yes)
    session = await app.launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    with suppress(HandoverError):
        await session.launch_savehack(dream, Daily(amount_cents=5_000))
    says_yes = True
    await session.resume_paused_launches()
    await world.fail(Fault(kind=FaultKind.ANSWER_LOST, sender="bank_backend", what="POST /accounts"))
    await clock.sleep(timedelta(days=2, hours=5).total_seconds())
    await world.kill_backend(stays_down=timedelta(hours=3))
    await clock.sleep(timedelta(days=1).total_seconds())
    await world.fail(Fault(kind=FaultKind.LATE, receiver="des", what="POST /dreams", delay=timedelta(minutes=5)))
    boat = await session.create_dream("Boat", target_cents=900_000)
    await session.launch_savehack(boat, Weekly(amount_cents=2_500, weekday=2))
    await world.kill_app("ada")
    session = await world.bank_app("ada", answers=lambda question: True).launch()
    await world.move_money("savings:ada", 777, kind="outside", reference="interest")
    await clock.sleep(timedelta(days=3).total_seconds())
    assert [dream.name async for dream in session.dreams()] == ["Bike", "Boat"]


async def two_at_once(world: AnyWorld) -> None:
    """Two users whose messages go one at a time, in an order that the seed decides."""

    async def saves(customer: str) -> None:
        BRANCH.set(customer)
        session = await world.bank_app(customer).launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await world.turns.take("looks")
        await session.launch_savehack(dream, Daily(amount_cents=5_000))
        await world.clock.sleep(timedelta(days=1, hours=1).total_seconds())
        await session.create_dream("Boat", target_cents=900_000)

    with world.turns.taken():
        async with anyio.create_task_group() as branches:
            branches.start_soon(saves, "ada")
            branches.start_soon(saves, "bo")
    await world.clock.sleep(timedelta(days=2).total_seconds())

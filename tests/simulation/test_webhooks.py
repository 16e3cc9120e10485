"""A world whose bank reads webhooks."""

import logging
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bank_app_sim import Served, Simulation
from impact_sdk import Weekly


async def saves(simulation: Simulation) -> None:
    session = await simulation.bank_app("ada").launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))


def webhooks(simulation: Simulation) -> list[str]:
    """What DES sent, and what became of it."""
    return [
        message.label
        for message in simulation.trace
        if "webhook_id" in message.detail and {message.sender, message.receiver} == {"des", "bank_backend"}
    ]


async def test_events_arrive_as_they_happen() -> None:
    async with Simulation(webhooks=True) as simulation:
        await saves(simulation)
        await simulation.advance(timedelta())

        assert webhooks(simulation).count("204 No Content") == len(webhooks(simulation)) / 2 > 0
        endpoint = await simulation.api.sandbox.webhook_endpoint()
        assert (endpoint.pending_count, endpoint.attempts, endpoint.last_error) == (0, 0, None)


async def test_the_same_seed_gives_the_same_trace() -> None:
    traces = []
    for _ in range(2):
        async with Simulation(seed=5, webhooks=True) as simulation:
            await saves(simulation)
            await simulation.advance(timedelta(days=3))
            traces.append(simulation.trace.as_json())

    assert traces[0] == traces[1]


async def test_without_them_nothing_is_sent_and_nobody_looks() -> None:
    async with Simulation() as simulation:
        await saves(simulation)
        await simulation.advance(timedelta(days=3))

        assert webhooks(simulation) == []
        assert "GET /events" not in [message.label for message in simulation.trace]


def is_taken(world: Simulation) -> bool:
    return "204 No Content" in webhooks(world)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_over_tcp_they_arrive_with_the_secret_of_the_folder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A restart keeps the secret; and whatever is said, it is not said."""
    caplog.set_level(logging.DEBUG)
    secrets, traces = [], []
    for _ in range(2):
        world = Simulation(served=Served(data=tmp_path), decision_after=timedelta(), webhooks=True)
        async with world:
            await world.bank_app("ada").launch()
            await world.until(partial(is_taken, world), within=timedelta(seconds=20))
            traces.append(str(world.trace.as_json()))
        secrets.append((tmp_path / "webhook_secret").read_text())

    assert secrets[0] == secrets[1]
    assert secrets[0].startswith("whsec_")
    assert secrets[0].removeprefix("whsec_") not in f"{traces}{caplog.text}"

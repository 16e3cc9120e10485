"""A world whose bank reads webhooks."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bank_app_sim import ServedSimulation, Simulation
from bank_app_sim.simulation import World
from impact_sdk import Weekly


async def saves(simulation: Simulation) -> None:
    session = await simulation.bank_app("ada").launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))


def webhooks(simulation: World) -> list[str]:
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


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_same_seed_gives_the_same_trace() -> None:
    """Not on trio, which draws lots between tasks that are ready at once: here the bank hears of what the app does."""
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


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_over_tcp_they_arrive_with_the_secret_of_the_folder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A restart keeps the secret; and whatever is said, it is not said."""
    caplog.set_level(logging.DEBUG)
    first, second = [await launched_over_tcp(tmp_path) for _ in range(2)]
    secret = (tmp_path / "webhook_secret").read_text()

    assert secret.startswith("whsec_")
    assert "204 No Content" in first
    assert "204 No Content" in second
    assert secret.removeprefix("whsec_") not in f"{first}{second}{caplog.text}"


async def launched_over_tcp(data: Path) -> str:
    """A trace in which the bank has heard of a launch."""
    async with ServedSimulation(data=data, webhooks=True) as simulation:
        await simulation.bank_app("ada").launch()
        await simulation.until(lambda: "204 No Content" in webhooks(simulation), within=timedelta(seconds=20))
        return str(simulation.trace.as_json())
